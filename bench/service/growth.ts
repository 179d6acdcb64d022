import type { PostgresServer } from '../../test/support/servers/postgres-server.js';
import { prepareFixture, type PreparedFixture } from './fixture.js';
import { load } from './load.js';
import { median, type Growth } from './results.js';
import { startTarget, type RunningTarget } from './running-target.js';
import type { Case } from './cases.js';
import { SERVICE_NAME, TARGETS, type Target } from './targets.js';

const service = TARGETS.find(({ name }) => name === SERVICE_NAME)!;

const ENTITIES = `query Entities($of: [_Any!]!) {
  _entities(representations: $of) { ... on ExpressCustomer { expressCustomerName version } } }`;

/** The federation look-up, asked in fixture of the get. */
const entities: Target = {
  ...service,
  call: (_name, { expressCustomerId }) => {
    const variables = { of: [{ __typename: 'ExpressCustomer', expressCustomerId }] };
    return { method: 'POST', path: '/graphql', body: JSON.stringify({ query: ENTITIES, variables }) };
  },
};

const ROUNDS = 5;

async function measureAt(running: RunningTarget, fixture: PreparedFixture): Promise<Record<string, number>> {
  const cases: [string, RunningTarget, Case][] = [
    ['create', running, 'create'],
    ['get', running, 'get'],
    ['list', running, 'list'],
    ['_entities', { ...running, target: entities }, 'get'],
  ];
  const milliseconds: Record<string, number> = {};
  for (const [name, target, operation] of cases) {
    await load(target, operation, fixture, { seconds: 1, connections: 1 });
    const found: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      found.push(1_000 / (await load(target, operation, fixture, { seconds: 1, connections: 1 })).perSecond);
    milliseconds[name] = median(found);
  }
  return milliseconds;
}

/** The service over clinics of growing size, each in a database of its own, one call at a time. */
export async function measureGrowth(
  server: PostgresServer,
  sizes: number[],
  environmentOf: (fixture: PreparedFixture) => Record<string, string>,
): Promise<Growth[]> {
  const growth: Growth[] = [];
  for (const rows of sizes) {
    const fixture = await prepareFixture(server, rows, 'growth');
    const running = await startTarget(service, environmentOf(fixture));
    growth.push({ rows, milliseconds: await measureAt(running, fixture) });
    await running.stop();
    await fixture.close();
  }
  return growth;
}
