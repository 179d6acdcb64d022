import { onEachEngine } from '../../support/engines.js';
import { startService, type Service } from '../../support/service.js';

const CREATE = `mutation Create($input: CreateExpressCustomerInput!) {
  createExpressCustomer(input: $input) {
    id expressCustomerId expressCustomerName isActive userCount metadata version
    createdAt updatedAt createdByApiKeyId createdByUserId
  }
}`;

onEachEngine((engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.stop());

  it('creates the customer of the published example and finds it again', async () => {
    const clinic = await service.newClinic();
    const input = {
      expressCustomerName: 'City Medical Center - Radiology Department',
      metadata: { department: 'radiology', region: 'northeast' },
    };
    const { status, body } = await service.graphql(clinic, CREATE, { input });
    expect(status).toBe(200);
    const customer = body.data!.createExpressCustomer;
    expect(customer).toEqual({
      ...input,
      id: customer.expressCustomerId,
      expressCustomerId: expect.stringMatching(/^cus_[0-9a-f]{32}$/),
      isActive: true,
      userCount: 0,
      version: 1,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: customer.createdAt,
      createdByApiKeyId: clinic.apiKeyId,
      createdByUserId: null,
    });
    const GET = `query($id: ID!) { expressCustomer(expressCustomerId: $id) {
      id expressCustomerId expressCustomerName isActive userCount metadata version createdAt updatedAt createdByApiKeyId createdByUserId } }`;
    const again = await service.graphql(clinic, GET, { id: customer.expressCustomerId });
    expect(again.body.data!.expressCustomer).toEqual(customer);
  });

  it('makes 50 customers of 50 simultaneous creates, each with an id of its own, in the order of their creation', async () => {
    const clinic = await service.newClinic();
    const names = Array.from({ length: 50 }, (_, n) => `Customer ${n}`);
    const answers = await Promise.all(
      names.map((expressCustomerName) => service.graphql(clinic, CREATE, { input: { expressCustomerName } })),
    );
    const ids = answers.map(({ body }) => body.data!.createExpressCustomer.expressCustomerId as string);
    expect(new Set(ids).size).toBe(50);
    const rows: { id: string; name: string }[] = await service.dataSource.query(
      `SELECT express_customer_id AS id, express_customer_name AS name FROM express_customers
       WHERE clinic_id = $1 ORDER BY created_at, express_customer_id`,
      [clinic.clinicId],
    );
    expect(rows.map(({ name }) => name).sort()).toEqual([...names].sort());
    expect(rows.map(({ id }) => id)).toEqual([...ids].sort());
    expect(rows.map(({ id, name }) => [id, name]).sort()).toEqual(ids.map((id, n) => [id, names[n]]).sort());
    const later = await service.graphql(clinic, CREATE, { input: { expressCustomerName: 'Later' } });
    expect(later.body.data!.createExpressCustomer.expressCustomerId > rows.at(-1)!.id).toBe(true);
  });
});
