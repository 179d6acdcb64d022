import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../support/engines.js';
import { serviceOn, type Clinic, type Service } from '../../support/service.js';

const CREATE = `mutation ($name: String!) { createExpressCustomer(input: { expressCustomerName: $name }) { expressCustomerId } }`;
const RENAME = `mutation ($id: ID!, $name: String!) {
  updateExpressCustomer(input: { expressCustomerId: $id, expressCustomerName: $name }) { version }
}`;
const GET = `query ($id: ID!) { expressCustomer(expressCustomerId: $id) { expressCustomerName } }`;

let database: TestDatabase;
let service: Service;
let clinic: Clinic;
let admin: Client;

beforeAll(async () => {
  database = await createTestDatabase('postgresql');
  service = await serviceOn(database);
  clinic = await service.newClinic();
  const elsewhere = new URL(database.databaseUrl!);
  elsewhere.pathname = '/postgres';
  admin = new Client({ connectionString: elsewhere.href });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await service.stop();
});

const name = (): string => new URL(database.databaseUrl!).pathname.slice(1);

/** What a failover does to a service: its connections end, and whatever it connects to then takes no writes, or does again. */
async function failOver(isReadOnly: 'on' | 'off'): Promise<void> {
  await admin.query(`ALTER DATABASE ${name()} SET default_transaction_read_only = ${isReadOnly}`);
  await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name()]);
}

const create = async (): Promise<string> => {
  const { body } = await service.graphql(clinic, CREATE, { name: 'Before' });
  return body.data!.createExpressCustomer.expressCustomerId as string;
};

const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
};

describe('a database that turns read-only', () => {
  it('is reported as unavailable and not ready, keeps answering reads, and is used again as soon as it takes writes', async () => {
    const id = await create();
    await failOver('on');
    // At first its connections are gone, which is another reason not to be ready.
    await until(async () => (await service.request('/readyz')).body.status === 'the database is read-only');
    expect((await service.request('/readyz')).status).toBe(503);
    expect((await service.request('/livez')).status).toBe(200);
    const rest = (path: string, body: object, method = 'POST') =>
      service.request(`/v1/express${path}`, {
        method,
        headers: { authorization: `Bearer ${clinic.token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const answers = [
      await service.graphql(clinic, CREATE, { name: 'While read-only' }),
      await service.graphql(clinic, RENAME, { id, name: 'While read-only' }),
      await rest('', { expressCustomerName: 'While read-only' }),
      await rest(`/${id}`, { expressCustomerName: 'While read-only' }, 'PATCH'),
    ];
    for (const { status, headers, text } of answers) {
      expect(status).toBe(503);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(text).toContain('SERVICE_UNAVAILABLE');
    }
    expect((await service.graphql(clinic, GET, { id })).body.data!.expressCustomer.expressCustomerName).toBe('Before');
    // From here on nothing but the service's own doing leads to a connection that takes writes.
    await admin.query(`ALTER DATABASE ${name()} SET default_transaction_read_only = off`);
    await until(async () => (await service.request('/readyz')).status === 200);
    await until(async () => (await service.graphql(clinic, RENAME, { id, name: 'After' })).status === 200);
  });

  it('has the connection ended on which it refused a call, so that a later one may reach a server that takes writes', async () => {
    await failOver('on');
    expect((await service.graphql(clinic, CREATE, { name: 'Refused' })).status).toBe(503);
    await admin.query(`ALTER DATABASE ${name()} SET default_transaction_read_only = off`);
    await until(async () => (await service.graphql(clinic, CREATE, { name: 'Accepted' })).status === 200);
  });
});
