import { getMetadataStorage } from 'type-graphql';
import { ExpressCustomersArgs } from '../../../src/customer/contract/express-customers.args.js';
import { ExpressCustomer } from '../../../src/customer/contract/express-customer.type.js';
import { UpdateExpressCustomerInput } from '../../../src/customer/contract/update-express-customer.input.js';
import { freePort } from '../../support/servers/postgres-server.js';
import { startService, type Clinic, type Service } from '../../support/service.js';

const REASON = 'Removed on 2027-12-01: use another one.';
const METRIC = 'avara_express_deprecated_uses_total';
const FIELD = '{ expressCustomers { nodes { userCount } } }';
const PLAIN = '{ expressCustomers { nodes { version } } }';

/** Marks a field of a class as deprecated before the schema is built of it: nothing of the real one is at present. */
function deprecate(target: object, name: string): void {
  const { fields } = getMetadataStorage();
  fields.find((field) => field.target === target && field.name === name)!.deprecationReason = REASON;
}

let service: Service;
let clinic: Clinic;
beforeAll(() => {
  deprecate(ExpressCustomer, 'userCount');
  deprecate(ExpressCustomersArgs, 'orderBy');
  deprecate(UpdateExpressCustomerInput, 'metadata');
});
// Each test counts from zero.
beforeEach(async () => {
  service = await startService('embedded', { METRICS_PORT: String(await freePort()) });
  clinic = await service.newClinic();
});
afterEach(() => service.stop());

interface Call {
  client?: string;
  variables?: object;
  extensions?: object;
}

async function send(query: string, { client, variables, extensions }: Call = {}) {
  const answer = await service.request('/graphql', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${clinic.token}`,
      'content-type': 'application/json',
      ...(client !== undefined && { 'apollographql-client-name': client }),
    },
    body: JSON.stringify({ query, variables, extensions }),
  });
  return service.requestLine(answer);
}

async function seriesOf(member: string): Promise<Record<string, number>> {
  const lines = (await service.app.metrics!.text()).split('\n');
  const series = lines.filter((line) => line.startsWith(`${METRIC}{member="${member}"`));
  return Object.fromEntries(series.map((line) => [/client="([^"]*)"/.exec(line)![1]!, Number(line.split('} ')[1])]));
}

it('counts and logs a use for each request, the first of a document and those from its kept plan', async () => {
  for (const isRepeated of [undefined, true, true]) {
    const line = await send(FIELD, { client: 'order desk' });
    expect(line).toMatchObject({ deprecated: ['ExpressCustomer.userCount'], client: { name: 'order desk' } });
    expect(line.repeated).toBe(isRepeated);
    expect((await send(PLAIN, { client: 'order desk' })).deprecated).toBeUndefined();
  }
  expect(await seriesOf('ExpressCustomer.userCount')).toMatchObject({ 'order desk': 3 });
});

it('counts deprecated arguments and input fields, those of variables in the calls alone that have them', async () => {
  const client = 'by variables';
  const list = 'query ($orderBy: ExpressCustomerOrder!) { expressCustomers(orderBy: $orderBy) { nodes { version } } }';
  const update = 'mutation ($input: UpdateExpressCustomerInput!) { updateExpressCustomer(input: $input) { version } }';
  for (let times = 0; times < 2; times += 1) {
    await send(list, { client, variables: { orderBy: 'NAME_ASC' } });
    const input = { expressCustomerId: 'cus_1' };
    const withField = await send(update, { client, variables: { input: { ...input, metadata: { a: 'b' } } } });
    expect(withField).toMatchObject({ code: 'NOT_FOUND', deprecated: ['UpdateExpressCustomerInput.metadata'] });
    expect((await send(update, { client, variables: { input } })).deprecated).toBeUndefined();
  }
  expect(await seriesOf('Query.expressCustomers(orderBy:)')).toEqual({ [client]: 2 });
  expect(await seriesOf('UpdateExpressCustomerInput.metadata')).toEqual({ [client]: 2 });
});

it('counts by the library of a client without a name, and by none', async () => {
  await send(FIELD, { extensions: { clientLibrary: { name: '@apollo/client', version: '4.3.8' } } });
  await send(FIELD);
  await send(FIELD, { client: 'not\tallowed' });
  expect(await seriesOf('ExpressCustomer.userCount')).toMatchObject({ '@apollo/client': 1, unnamed: 2 });
});

it('has as many series as names are allowed, whatever clients call themselves', async () => {
  for (let n = 0; n < 120; n += 1) await send(FIELD, { client: `client ${n}` });
  const series = await seriesOf('ExpressCustomer.userCount');
  expect(series.other).toBeGreaterThanOrEqual(20);
  expect(Object.keys(series).length).toBeLessThanOrEqual(101);
});
