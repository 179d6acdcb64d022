import fc from 'fast-check';
import { runLength } from '../../support/run-length.js';
import { startService, type Clinic, type Service } from '../../support/service.js';

const CONCURRENCY = 25;
const FIELDS = 'expressCustomerId expressCustomerName metadata';
const CREATE = `mutation ($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { ${FIELDS} } }`;
const GET = `query ($id: ID!) { expressCustomer(expressCustomerId: $id) { ${FIELDS} } }`;

let service: Service;
let clinic: Clinic;
beforeAll(async () => {
  service = await startService('postgresql');
  clinic = await service.newClinic();
});
afterAll(() => service.stop());

interface Answered {
  status: number;
  text: string;
  body: { data?: Record<string, any> | null; errors?: { extensions: { code: string } }[] };
}

async function send(body: object): Promise<Answered> {
  const { statusCode, body: text } = await service.app.server.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: `Bearer ${clinic.token}`, 'content-type': 'application/json' },
    payload: JSON.stringify(body),
  });
  return { status: statusCode, text, body: JSON.parse(text) as Answered['body'] };
}

function expectNoFaultOfOurs({ status, body }: Answered): void {
  expect(status).toBeLessThan(500);
  for (const { extensions } of body.errors ?? []) expect(extensions.code).not.toBe('INTERNAL_SERVER_ERROR');
}

/** Runs the check for as many generated values as asked for, several simultaneously. */
const forAll = <T>(values: fc.Arbitrary<T>, check: (value: T) => Promise<void>): Promise<void> =>
  fc.assert(
    fc.asyncProperty(fc.array(values, { minLength: CONCURRENCY, maxLength: CONCURRENCY, size: 'max' }), (batch) =>
      Promise.all(batch.map(check)).then(() => undefined),
    ),
    { numRuns: Math.ceil(runLength.generated / CONCURRENCY), endOnFailure: true },
  );

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 600 }),
  // Any code points at all: controls, NUL, halves of pairs, marks without a letter.
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 }).map((codes) => String.fromCharCode(...codes)),
  fc.constantFrom('', ' ', '\u200b', '\0', "'; DROP TABLE express_customers; --", '__proto__', 'constructor'),
);
const anything = fc.oneof(text, fc.jsonValue({ maxDepth: 3 }), fc.constant(undefined));
const metadata = fc.oneof(
  fc.dictionary(text, text, { maxKeys: 55 }),
  fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ unit: 'grapheme', maxLength: 40 }), { maxKeys: 6 }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constant(undefined),
);

it(`stores of ${runLength.generated} generated names and metadata what it answers, or refuses them, and never fails`, async () => {
  let stored = 0;
  await forAll(fc.record({ name: fc.oneof({ weight: 3, arbitrary: text }, anything), metadata }), async (given) => {
    const input = { expressCustomerName: given.name, metadata: given.metadata };
    const answer = await send({ query: CREATE, variables: { input } });
    expectNoFaultOfOurs(answer);
    const created = answer.body.data?.createExpressCustomer;
    if (!created) return void expect(answer.body.errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
    stored += 1;
    expect(created.expressCustomerName).toBe(given.name);
    expect(Object.entries(created.metadata).sort()).toEqual(Object.entries(given.metadata ?? {}).sort());
    const { body } = await send({ query: GET, variables: { id: created.expressCustomerId } });
    expect(body.data!.expressCustomer).toEqual(created);
  });
  expect(stored).toBeGreaterThan(runLength.generated / 20);
}, 600_000);

const WORDS = [
  ...['{', '}', '(', ')', '[', ']', ':', '!', '=', '$', '@', '...', '#', '"', '"""', '|', '&', ',', '\n', '\\'],
  ...['query', 'mutation', 'subscription', 'fragment', 'on', 'null', 'true', '$a', '$input', '1', '-0', '1e400', '"x"'],
  ...[
    'expressCustomers',
    'expressCustomer',
    'createExpressCustomer',
    'nodes',
    'users',
    'events',
    'totalCount',
    'first',
  ],
  ...['input', 'Int', 'ID!', 'ExpressCustomer', '__typename', '__schema', '_entities', '_service', '@skip', '@include'],
];
const soup = fc.array(fc.constantFrom(...WORDS), { maxLength: 60 }).map((words) => words.join(' '));
/** A right document with a piece of it taken out, or put elsewhere. */
const broken = fc
  .tuple(fc.constantFrom(CREATE, GET, '{ expressCustomers(first: 2) { nodes { id } } }'), fc.nat(), fc.nat(9), soup)
  .map(([document, at, count, put]) => {
    const from = at % document.length;
    return document.slice(0, from) + put.slice(0, 20) + document.slice(from + count);
  });
const request = fc.record(
  {
    query: fc.oneof(soup, broken, text),
    variables: fc.oneof(fc.dictionary(fc.constantFrom('a', 'id', 'input', 'first'), anything), fc.jsonValue()),
    operationName: fc.oneof(fc.string(), fc.jsonValue({ maxDepth: 1 })),
    extensions: fc.jsonValue({ maxDepth: 2 }),
  },
  { requiredKeys: ['query'] },
);

it(
  `answers ${runLength.generated} generated documents and variables, and never fails`,
  () => forAll(request, async (body) => expectNoFaultOfOurs(await send(body))),
  600_000,
);
