import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '../../support/engines.js';
import { startFaultyProxy, type Fate } from '../../support/faulty-proxy.js';
import { RestClient } from '../../support/clients/rest-client.js';
import { report, runLength } from '../../support/run-length.js';
import { serviceOn, type Clinic, type Service } from '../../support/service.js';

const CREATES = runLength.disturbedCreates;
const AT_A_TIME = 40;
/** One create of so many is wanted twice, with the same body. */
const PAIR_EVERY = 10;

const between = (least: number, most: number): number => Math.round(least + Math.random() * (most - least));
const chance = (probability: number): boolean => Math.random() < probability;

let database: TestDatabase;
let instances: Service[];
beforeAll(async () => {
  database = await createTestDatabase('postgresql');
  instances = [await serviceOn(database), await serviceOn(database)];
});
afterAll(async () => {
  for (const { app } of instances) await app.stop();
  await database.remove();
});

// What is expected holds for every fate; which ones are drawn decides only which of the code's paths are walked.
function drawFate(): Fate {
  const to = instances[chance(0.5) ? 0 : 1]!.url;
  const passesHangUpOn = chance(0.5);
  if (chance(0.2)) return { to, passesHangUpOn, isCut: true };
  if (chance(0.2)) return { to, passesHangUpOn, holdReplyMs: between(30, 5_000) };
  if (chance(0.2)) return { to, passesHangUpOn, holdRequestMs: between(0, 5_000) };
  if (chance(0.1)) return { to, isDropped: true };
  return { to, passesHangUpOn };
}

/** Takes a lock that creates need again and again, so that they wait in their transactions and others wait for those in batches. */
async function disturb(stopping: AbortSignal): Promise<void> {
  const runner = instances[0]!.dataSource.createQueryRunner();
  while (!stopping.aborted) {
    await runner.startTransaction();
    await runner.query('LOCK TABLE express_customer_events IN EXCLUSIVE MODE');
    await sleep(between(50, 800));
    await runner.commitTransaction();
    await sleep(between(50, 400));
  }
  await runner.release();
}

interface Call {
  name: string;
  /** Null when all its tries failed. */
  id: string | null;
}

async function create(url: string, { token }: Clinic, name: string): Promise<Call> {
  const client = new RestClient(url, token, { timeoutMs: between(30, 5_000), backoffMs: 100 });
  const answer = await client.create({ expressCustomerName: name }).catch(() => null);
  return { name, id: (answer?.body.expressCustomerId as string | undefined) ?? null };
}

const namesOf = (index: number): string[] =>
  index % PAIR_EVERY === 0 ? [`Wanted twice ${index}`, `Wanted twice ${index}`] : [`Wanted once ${index}`];

async function createAll(url: string, clinic: Clinic): Promise<Call[]> {
  const names = Array.from({ length: CREATES }, (_, index) => namesOf(index)).flat();
  const calls: Call[] = [];
  const work = async () => {
    for (let name = names.shift(); name !== undefined; name = names.shift())
      calls.push(await create(url, clinic, name));
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return calls;
}

async function rowsByName({ clinicId }: Clinic): Promise<Map<string, string[]>> {
  const rows = await instances[0]!.dataSource.query<{ name: string; ids: string[] }[]>(
    `SELECT express_customer_name AS name, array_agg(express_customer_id) AS ids FROM express_customers
     WHERE clinic_id = $1 GROUP BY 1`,
    [clinicId],
  );
  return new Map(rows.map(({ name, ids }) => [name, ids]));
}

it(`makes one customer of each of ${CREATES} creates whose tries are cut, stalled and reordered on two instances`, async () => {
  const clinic = await instances[0]!.newClinic();
  const proxy = await startFaultyProxy(drawFate);
  const stopping = new AbortController();
  const disturbed = disturb(stopping.signal);
  const calls = await createAll(proxy.url, clinic);
  stopping.abort();
  await disturbed;
  await proxy.settled();
  proxy.stop();
  const rows = await rowsByName(clinic);
  const once = calls.filter(({ name }) => name.startsWith('Wanted once'));
  const twice = calls.filter(({ name }) => name.startsWith('Wanted twice'));
  const answered = once.filter(({ id }) => id !== null);
  expect(answered.length).toBeGreaterThan(CREATES / 50);
  expect(answered.map(({ name }) => rows.get(name))).toEqual(answered.map(({ id }) => [id]));
  for (const { name } of once) expect((rows.get(name) ?? []).length).toBeLessThanOrEqual(1);
  const pairs = [...new Set(twice.map(({ name }) => name))].map((name) => ({
    made: rows.get(name)?.length ?? 0,
    answers: twice.filter((call) => call.name === name && call.id !== null).map(({ id }) => id),
  }));
  report('disturbed creates', {
    calls: calls.length,
    unanswered: calls.filter(({ id }) => id === null).length,
    pairs: pairs.length,
    // The cases that decision 0050 names.
    pairsAnsweredAlike: pairs.filter(({ answers }) => answers.length === 2 && answers[0] === answers[1]).length,
    pairsThatAreThree: pairs.filter(({ made }) => made > 2).length,
  });
  for (const { name, id } of twice) if (id !== null) expect(rows.get(name)).toContain(id);
}, 600_000);
