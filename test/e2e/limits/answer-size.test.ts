import { randomUUID } from 'node:crypto';
import { startService, type Answer, type Clinic, type Service } from '../../support/service.js';
import { newUserId } from '../../support/world.js';

const CUSTOMERS = 100;
const CREATE = 'mutation { createExpressCustomer(input: { expressCustomerName: "small" }) { expressCustomerId } }';
const page = (first: number, fields = 'metadata') => `expressCustomers(first: ${first}) { nodes { ${fields} } }`;
const aliases = (count: number, field: string) =>
  `{ ${Array.from({ length: count }, (_, n) => `a${n}: ${field}`).join(' ')} }`;

// 50 pairs with keys of 100 and values of 1,000 characters of four bytes each: 220 KB.
const LARGEST = `(SELECT jsonb_object_agg(lpad(n::text, 100, '🏥'), repeat('🏥', 1000)) FROM generate_series(1, 50) AS n)`;

let service: Service;
let clinic: Clinic;
const userId = newUserId();

async function fill({ clinicId, apiKeyId }: Clinic): Promise<void> {
  await service.dataSource.query(
    `INSERT INTO express_customers (clinic_id, express_customer_id, express_customer_name, name_search, metadata, created_by_api_key_id)
     SELECT $1::uuid, 'cus_' || lpad(to_hex(n), 32, '0'), 'Large', 'large', ${LARGEST}, $2::uuid FROM generate_series(1, ${CUSTOMERS}) AS n`,
    [clinicId, apiKeyId],
  );
  await service.dataSource.query(
    `INSERT INTO express_customer_users (clinic_id, express_customer_id, user_id)
     SELECT clinic_id, express_customer_id, $2 FROM express_customers WHERE clinic_id = $1`,
    [clinicId, userId],
  );
  // 100 events of 400 KB each.
  await service.dataSource.query(
    `INSERT INTO express_customer_events (clinic_id, express_customer_id, version, type, occurred_at, actor_api_key_id, changes)
     SELECT $1::uuid, 'cus_' || lpad('1', 32, '0'), n, 'express_customer.updated', now(), $2::uuid, jsonb_agg(change)
     FROM generate_series(1, 100) AS n, LATERAL (
       SELECT jsonb_build_object('path', 'metadata.' || m, 'before', repeat('🏥', 1000), 'after', repeat('🏥', 1000)) AS change
       FROM generate_series(1, 50) AS m
     ) AS changes GROUP BY n`,
    [clinicId, apiKeyId],
  );
}

beforeAll(async () => {
  service = await startService('postgresql', { RATE_LIMIT_POINTS: '1000000' });
  clinic = await service.newClinic();
  await fill(clinic);
});
afterAll(() => service.stop());

const errorOf = ({ body }: Answer) => body.errors?.[0]?.extensions;
const tooLarge = { code: 'QUERY_TOO_COMPLEX', limit: 10_000_000 };
const rest = ({ token }: Clinic, path: string) =>
  service.request(`/v1/express${path}`, { headers: { authorization: `Bearer ${token}` } });

it.each([
  ['a page of 100 of the largest customers', `{ ${page(100)} }`],
  ['it without its metadata, which is read all the same', `{ ${page(100, 'id')} }`],
  ['it under nine aliases', aliases(9, page(100))],
  ['smaller pages under aliases', aliases(9, page(20))],
  [
    'a customer under 15 aliases with her events',
    aliases(
      15,
      'expressCustomer(expressCustomerId: "cus_' +
        '1'.padStart(32, '0') +
        '") { events(first: 10) { nodes { changes { after } } } }',
    ),
  ],
])('refuses %s: the answer would hold more than 10 MB', async (_title, query) => {
  const answer = await service.graphql(clinic, query);
  expect(errorOf(answer)).toMatchObject(tooLarge);
  // The parts of an answer that were read before may come along.
  expect(Buffer.byteLength(answer.text)).toBeLessThan(10_000_000);
});

it('refuses by its cost what would be 300 MB, before anything is read', async () => {
  const answer = await service.graphql(clinic, aliases(15, page(100)));
  expect(answer.status).toBe(400);
  expect(errorOf(answer)).toMatchObject({ code: 'QUERY_TOO_COMPLEX', limit: 10_000, requested: 15 * 1_101 });
});

it('refuses a history of which one statement would return more than 32 MB', async () => {
  const events = `expressCustomer(expressCustomerId: "cus_${'1'.padStart(32, '0')}") { events(first: 100) { nodes { type } } }`;
  expect(errorOf(await service.graphql(clinic, `{ ${events} }`))).toMatchObject({ code: 'QUERY_TOO_COMPLEX' });
  expect((await service.graphql(clinic, CREATE)).body.errors).toBeUndefined();
});

it('refuses the large customers of many users, and answers who asked for little at the same moment', async () => {
  const query = `query ($r: [_Any!]!) { _entities(representations: $r) {
    ... on User { expressCustomers(first: 90) { nodes { id } } } } }`;
  const others = Array.from({ length: 80 }, () => ({ __typename: 'User', userId: newUserId() }));
  const [large, small] = await Promise.all([
    service.graphql(clinic, query, {
      r: [{ __typename: 'User', userId }, ...others, { __typename: 'User', userId }],
    }),
    service.graphql(clinic, query, { r: others }),
  ]);
  expect(errorOf(large)).toMatchObject({ code: 'QUERY_TOO_COMPLEX' });
  expect(small.body.errors).toBeUndefined();
  expect(small.body.data!._entities).toHaveLength(80);
});

it('refuses the same page at the REST API, and answers a smaller one whole', async () => {
  const refused = await rest(clinic, '?limit=100');
  expect(refused.status).toBe(400);
  expect(refused.body).toMatchObject({ ...tooLarge, requestId: expect.any(String) });
  const answered = await rest(clinic, '?limit=40');
  expect(answered.status).toBe(200);
  expect(answered.body.expressCustomers).toHaveLength(40);
  expect(Buffer.byteLength(answered.text)).toBeGreaterThan(8_000_000);
});

it('pages through customers of any size by smaller pages', async () => {
  let cursor: string | null = null;
  let seen = 0;
  do {
    const answer: Answer = await rest(clinic, `?limit=40${cursor === null ? '' : `&cursor=${cursor}`}`);
    seen += (answer.body.expressCustomers as unknown[]).length;
    cursor = answer.body.cursor as string | null;
  } while (cursor !== null);
  expect(seen).toBeGreaterThanOrEqual(CUSTOMERS);
});

it('gives back what large answers held: as many as are asked for one after the other are answered', async () => {
  for (let n = 0; n < 12; n += 1) expect((await rest(clinic, '?limit=40')).status).toBe(200);
});

it('takes points for the bytes of a large answer, and none for those of a small one', async () => {
  const key = await service.newKey(clinic);
  const remainingOf = ({ headers }: Answer) => Number(/r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]);
  const before = remainingOf(await rest(key, `/cus_${randomUUID().replaceAll('-', '')}`));
  expect(remainingOf(await rest(key, '?limit=1'))).toBe(before - 2);
  await rest(key, '?limit=40');
  // Taken when the answer has been sent, which its reader may notice before the service does.
  let after = before;
  while (after > before - 8_000) after = remainingOf(await rest(key, '/x'));
  expect(after).toBeGreaterThan(before - 10_000);
});
