import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readChanges, type Copy } from '../../../examples/sync/changes.js';
import { Client } from '../../../examples/sync/client.js';
import { runNightly } from '../../../examples/sync/nightly.js';
import { readOrganisations, type Organisation } from '../../../examples/sync/organisations.js';
import { createTestDatabase, onEachEngine, type TestDatabase } from '../../support/engines.js';
import { runLength } from '../../support/run-length.js';
import { serviceOn, type Clinic, type Service } from '../../support/service.js';

const MANY = runLength.organisations;
const NOTHING = { created: 0, updated: 0, unchanged: 0, deactivated: 0, refused: 0 };

const organisationsOf = (count: number): Organisation[] =>
  Array.from({ length: count }, (_, n) => ({
    isActive: n % 100 !== 7,
    input: {
      externalReferenceId: `HIS-${n}`,
      expressCustomerName: `Organisation ${n}`,
      setMetadata: { city: `City ${n % 50}` },
      unsetMetadata: ['phone'],
      reactivate: n % 100 !== 7,
    },
  }));

onEachEngine((engine) => {
  let place: TestDatabase;
  let service: Service;
  let clinic: Clinic;
  beforeEach(async () => {
    place = await createTestDatabase(engine);
    service = await serviceOn(place, { RATE_LIMIT_POINTS: '0', LOG_LEVEL: 'silent' });
    clinic = await service.newClinic();
  });
  afterEach(() => service.stop());

  const clientOf = (signal?: AbortSignal, url = service.url) => new Client(`${url}/graphql`, clinic.token, signal);
  const rows = async (table: string): Promise<number> => {
    const [row] = await service.dataSource.query<{ count: string }[]>(
      `SELECT count(*) FROM ${table} WHERE clinic_id = $1`,
      [clinic.clinicId],
    );
    return Number(row!.count);
  };
  const reported: string[] = [];
  const run = (organisations: Organisation[], signal?: AbortSignal) =>
    runNightly(clientOf(signal), organisations, (text) => void reported.push(text));

  it(`of the guide finds ${MANY} organisations unchanged when it runs again, and adds no event`, async () => {
    const organisations = organisationsOf(MANY);
    expect(await run(organisations)).toEqual({ ...NOTHING, created: MANY, deactivated: MANY / 100 });
    const events = await rows('express_customer_events');
    expect(events).toBe(MANY + MANY / 100);
    expect(await run(organisations)).toEqual({ ...NOTHING, unchanged: MANY });
    expect(await rows('express_customer_events')).toBe(events);
    expect(await rows('express_customers')).toBe(MANY);
  }, 240_000);

  it('of the guide goes on after it was ended anywhere, and leaves what others have added', async () => {
    const organisations = organisationsOf(1_000);
    const ended = new AbortController();
    const first = run(organisations, ended.signal);
    // Ends when the first calls have been answered, with another on its way.
    const failed = first.catch(() => true);
    while ((await rows('express_customers')) < 300 && (await Promise.race([failed, sleep(1)])) !== true);
    ended.abort();
    await expect(first).rejects.toThrow();
    const [one] = (
      await service.graphql(
        clinic,
        '{ expressCustomers(first: 1, orderBy: CREATED_AT_ASC) { nodes { expressCustomerId } } }',
      )
    ).body.data!.expressCustomers.nodes;
    const edit = `mutation ($input: EditExpressCustomerMetadataInput!) { editExpressCustomerMetadata(input: $input) { version } }`;
    await service.graphql(clinic, edit, { input: { ...one, set: { note: 'ours' } } });
    const { created, unchanged, updated } = await run(organisations);
    expect(created + unchanged).toBe(1_000);
    expect(unchanged).toBeGreaterThanOrEqual(300);
    expect(updated).toBe(0);
    const { body } = await service.graphql(
      clinic,
      `{ expressCustomers(filter: { metadata: { note: "ours" } }) { totalCount } }`,
    );
    expect(body.data!.expressCustomers.totalCount).toBe(1);
  }, 120_000);

  it('of the guide reports what is refused and stores the rest', async () => {
    reported.splice(0);
    const organisations = organisationsOf(3);
    organisations[1]!.input.expressCustomerName = ' ';
    expect(await run(organisations)).toEqual({ ...NOTHING, created: 2, refused: 1 });
    expect(reported).toEqual([expect.stringMatching(/^organisation HIS-1: BAD_USER_INPUT: .* expressCustomerName$/)]);
  });

  it('of the guide reads the bundle that comes with it', async () => {
    const organisations = await readOrganisations('examples/sync/organisations.json');
    expect(await run(organisations)).toEqual({ ...NOTHING, created: 3, deactivated: 1 });
    expect(await run(organisations)).toEqual({ ...NOTHING, unchanged: 3 });
  });

  it('of the guide keeps a copy that equals the customers, and goes on wherever it was ended', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'avara-copy-')), 'copy.json');
    const printed: string[] = [];
    const read = (signal?: AbortSignal) => readChanges(clientOf(signal), file, (text) => void printed.push(text));
    await run(organisationsOf(250));
    // Ends after the first page, which is kept.
    const ended = new AbortController();
    const first = readChanges(clientOf(ended.signal), file, () => ended.abort());
    await expect(first).rejects.toThrow();
    expect(await read()).toBe(153);
    const changed = organisationsOf(250);
    changed[3]!.input.expressCustomerName = 'Renamed';
    changed[4]!.input = { ...changed[4]!.input, setMetadata: {}, unsetMetadata: ['city'] };
    await run(changed);
    expect(await read()).toBe(2);
    expect(await read()).toBe(0);
    expect(printed.map((line) => Number(line.split(' ')[0]))).toEqual(Array.from({ length: 155 }, (_, n) => n + 101));
    const { customers } = JSON.parse(await readFile(file, 'utf8')) as Copy;
    const stored = await service.dataSource.query<{ copy: object }[]>(
      `SELECT jsonb_build_object('expressCustomerName', express_customer_name, 'externalReferenceId', external_reference_id,
         'isActive', is_active) || (SELECT coalesce(jsonb_object_agg('metadata.' || key, value), '{}') FROM jsonb_each(metadata)) AS copy
       FROM express_customers WHERE clinic_id = $1 ORDER BY express_customer_id`,
      [clinic.clinicId],
    );
    const inOrder = Object.keys(customers).sort();
    expect(inOrder.map((id) => customers[id])).toEqual(stored.map(({ copy }) => copy));
  });
});
