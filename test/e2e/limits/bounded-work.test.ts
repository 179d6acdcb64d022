import { startService, type Answer, type Clinic, type Service } from '../../support/service.js';

const EDIT = `mutation ($input: EditExpressCustomerMetadataInput!) {
  editExpressCustomerMetadata(input: $input) { expressCustomerId }
}`;
const CREATE = `mutation ($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { id } }`;
const UNSET = `mutation ($u: [String!]) {
  editExpressCustomerMetadata(input: { expressCustomerId: "x", unset: $u }) { expressCustomerId }
}`;
const LIST = `query ($filter: ExpressCustomerFilter) { expressCustomers(filter: $filter) { nodes { id } } }`;

let service: Service;
let clinic: Clinic;
beforeAll(async () => {
  service = await startService('embedded');
  clinic = await service.newClinic();
});
afterAll(() => service.stop());

const keys = (count: number, value: unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, value]));

const rest = ({ token }: Clinic, body: unknown): Promise<Answer> =>
  service.request('/v1/express', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

// Each of nearly as many values as a body may hold.
describe('however much of an input is wrong, it is answered with the first 100 errors', () => {
  it.each([
    ['19,000 keys to unset that are zeros', EDIT, { input: { expressCustomerId: 'x', unset: Array(19_000).fill(0) } }],
    ['19,000 unknown keys of an input', CREATE, { input: keys(19_000, 0) }],
    ['19,000 unknown keys of a filter', LIST, { filter: keys(19_000, 0) }],
    ['19,000 nulls in a list', UNSET, { u: Array(19_000).fill(null) }],
    ['19,000 pairs of metadata', CREATE, { input: { expressCustomerName: 'x', metadata: keys(19_000, 0) } }],
    ['19,000 pairs to search for', LIST, { filter: { metadata: keys(19_000, 0) } }],
    ['19,000 lists in a list of keys', EDIT, { input: { expressCustomerId: 'x', unset: Array(19_000).fill([]) } }],
  ])('%s', async (_title, query, variables) => {
    const { status, body } = await service.graphql(clinic, query, variables);
    expect(body.errors!.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
    // What GraphQL knows to be wrong is refused before the operation begins.
    expect(status).toBe(JSON.stringify(variables).includes('metadata') ? 200 : 400);
    expect(body.errors![0]!.extensions.fields).toHaveLength(100);
  });

  it.each([
    ['19,000 unknown keys', keys(19_000, 0)],
    ['19,000 pairs of metadata', { expressCustomerName: 'x', metadata: keys(19_000, 0) }],
  ])('%s at the REST API', async (_title, input) => {
    const { status, body } = await rest(clinic, input);
    expect(status).toBe(400);
    expect(body.fields).toHaveLength(100);
  });
});

// Each of almost as many bytes as a body may have. Parsing them alone would take up to 90 ms.
it.each([
  ['90,000 unknown keys of an input', { query: CREATE, variables: { input: keys(90_000, 0) } }],
  ['90,000 variables', { query: CREATE, variables: keys(90_000, 0) }],
  ['500,000 keys to unset', { query: UNSET, variables: { u: Array(500_000).fill(0) } }],
])('refuses %s before it parses the body, whatever the API', async (_title, input) => {
  const headers = { authorization: `Bearer ${clinic.token}`, 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify(input) };
  const fields = [{ path: [], code: 'TOO_MANY', message: expect.stringContaining('at most 20000') as string }];
  const { status, body } = await service.request('/graphql', init);
  expect([status, body.errors![0]!.extensions]).toMatchObject([400, { code: 'BAD_USER_INPUT', fields }]);
  const answer = await service.request('/v1/express', init);
  expect([answer.status, answer.body]).toMatchObject([400, { code: 'BAD_USER_INPUT', fields }]);
});
