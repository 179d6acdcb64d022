import { readFile } from 'node:fs/promises';
import { ANY_API_KEY_ID, ANY_CUSTOMER_ID } from '../../../src/transport/pages/worked-example.js';
import { WORKED_EXAMPLES } from '../../../src/transport/pages/worked-examples.js';
import { openServiceDatabase } from '../../../src/service-database.js';
import { blocksOf } from '../../../scripts/check-docs/blocks.js';
import { createTestDatabase, type TestDatabase } from '../../support/engines.js';
import { newClinic, serviceOn, type Clinic, type Service } from '../../support/service.js';

let place: TestDatabase;
let service: Service;
let clinic: Clinic;

// The very text that operators find in the guide.
beforeAll(async () => {
  place = await createTestDatabase('postgresql');
  const before = await serviceOn(place);
  clinic = await before.newClinic();
  await create('Before the split', before);
  await before.app.stop();
  const [ddl] = blocksOf(await readFile('docs/scaling.md', 'utf8')).filter(({ language }) => language === 'sql');
  const database = await openServiceDatabase(place);
  await database.dataSource.query(ddl!.text);
  await database.close();
  service = await serviceOn(place);
});
afterAll(async () => {
  await service.app.stop();
  await place.remove();
});

const CREATE = `mutation ($input: CreateExpressCustomerInput!) {
  createExpressCustomer(input: $input) { expressCustomerId }
}`;
const create = async (expressCustomerName: string, on = service, idempotencyKey?: string): Promise<string> => {
  const { body } = await on.graphql(clinic, CREATE, { input: { expressCustomerName, idempotencyKey } });
  return (body.data!.createExpressCustomer as { expressCustomerId: string }).expressCustomerId;
};

describe('a partitioned database', () => {
  it('keeps what was there, and answers every operation', async () => {
    let id = ANY_CUSTOMER_ID;
    const { apiKeyId } = await service.newKey(clinic);
    for (const { document, variables } of WORKED_EXAMPLES) {
      const own = JSON.parse(
        JSON.stringify(variables).replaceAll(ANY_CUSTOMER_ID, id).replaceAll(ANY_API_KEY_ID, apiKeyId),
      ) as Record<string, unknown>;
      const { body } = await service.graphql(clinic, document, own);
      expect(body.errors).toBeUndefined();
      id = (body.data!.createExpressCustomer as { expressCustomerId: string } | undefined)?.expressCustomerId ?? id;
    }
    const { body } = await service.graphql(
      clinic,
      '{ expressCustomers { nodes { expressCustomerName events { nodes { type } } } } }',
    );
    const names = body.data!.expressCustomers.nodes.map(
      (node: { expressCustomerName: string }) => node.expressCustomerName,
    );
    expect(names).toContain('Before the split');
  });

  it('makes one customer for one idempotency key, sent 20 times simultaneously', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => create('Once', service, 'one key')));
    expect(new Set(ids).size).toBe(1);
  });

  it('reads one partition for a clinic', async () => {
    const database = await openServiceDatabase(place);
    await newClinic(database.dataSource);
    const plan = await database.dataSource.query<{ 'QUERY PLAN': string }[]>(
      `EXPLAIN SELECT * FROM express_customers WHERE clinic_id = '${clinic.clinicId}' ORDER BY express_customer_id DESC LIMIT 20`,
    );
    await database.close();
    const text = plan.map((line) => line['QUERY PLAN']).join('\n');
    expect(new Set(text.match(/express_customers_\d/g)).size).toBe(1);
  });
});
