import { onEachEngine } from '../../support/engines.js';
import { startService, type Answer, type Clinic, type Service } from '../../support/service.js';
import { statementsOf } from '../../support/statements.js';
import { newUserId } from '../../support/world.js';
import { documentOf, OPERATIONS, referToItself } from './operations.js';

const UNKNOWN = { customer: `cus_${'0'.repeat(32)}`, 'api key': '00000000-0000-4000-8000-000000000000' };
const NAMING_A_ROW = Object.entries(OPERATIONS).filter(([, { foreign }]) => foreign !== 'OWN');

// What differs from call to call, whatever was asked for.
const DIFFERENT_EACH_TIME = new Set(['date', 'x-request-id', 'ratelimit']);

/** Everything that a caller sees of an answer, but for what names the single request. */
function seen({ status, headers, text }: Answer): unknown {
  const kept = [...headers].filter(([name]) => !DIFFERENT_EACH_TIME.has(name));
  return { status, headers: kept, text: text.replaceAll(headers.get('x-request-id')!, 'REQUEST') };
}

onEachEngine((engine) => {
  let service: Service;
  let clinic: Clinic;
  let foreign: { customer: string; 'api key': string };
  beforeAll(async () => {
    service = await startService(engine);
    clinic = await service.newClinic();
    const stranger = await service.newClinic();
    foreign = { customer: await newCustomer(stranger), 'api key': stranger.apiKeyId };
  });
  afterAll(() => service.stop());

  async function newCustomer(owner: Clinic, name = 'A'): Promise<string> {
    const document = `mutation { createExpressCustomer(input: { expressCustomerName: "${name}" }) { id } }`;
    const id = (await service.graphql(owner, document)).body.data!.createExpressCustomer.id as string;
    await service.graphql(owner, referToItself(id));
    return id;
  }

  // What a caller has proven is remembered for some seconds, so either of two calls may be the one that looks the key up.
  const withoutCredential = (statements: string[]): string[] => statements.filter((text) => !text.includes('ms_left'));

  it.each(NAMING_A_ROW)(
    "%s answers another clinic's row byte for byte like an unknown one",
    async (_name, operation) => {
      const statements = statementsOf(service.dataSource);
      const { subject = 'customer' } = operation;
      const ofForeign = await service.graphql(clinic, documentOf(operation, foreign[subject]));
      const statementsForForeign = withoutCredential(statements.splice(0));
      const unknown = await service.graphql(clinic, documentOf(operation, UNKNOWN[subject]));
      expect(seen(ofForeign)).toEqual(seen(unknown));
      // Not a clock, which says little on a busy machine: the same statements take the same time.
      expect(statementsForForeign).toEqual(withoutCredential(statements));
      expect(statementsForForeign.length).toBeGreaterThan(0);
    },
  );

  it('changes nothing in another clinic', async () => {
    const owner = await service.newClinic();
    const id = await newCustomer(owner);
    const whole = `{ expressCustomer(expressCustomerId: "${id}") { expressCustomerName isActive userCount metadata version updatedAt events { nodes { eventId } } }
      expressApiKeys { nodes { apiKeyId state expiresAt replacedByApiKeyId } } }`;
    const before = await service.graphql(owner, whole);
    for (const [, operation] of NAMING_A_ROW)
      await service.graphql(clinic, documentOf(operation, operation.subject === 'api key' ? owner.apiKeyId : id));
    expect((await service.graphql(owner, whole)).text).toBe(before.text);
  });

  it('lists and counts the own rows alone', async () => {
    const own = await service.newClinic();
    const id = await newCustomer(own);
    const { body } = await service.graphql(own, '{ expressCustomers(first: 100) { nodes { id } totalCount } }');
    expect(body.data!.expressCustomers).toEqual({ nodes: [{ id }], totalCount: 1 });
  });

  describe('a cursor', () => {
    const list = (args: string) => `{ expressCustomers(${args}) { pageInfo { endCursor } } }`;
    const keys = (args: string) => `{ expressApiKeys(${args}) { pageInfo { endCursor } } }`;
    const nested = (id: string, field: string, args: string) =>
      `{ expressCustomer(expressCustomerId: "${id}") { ${field}(${args}) { pageInfo { endCursor } } } }`;
    const endCursorOf = (answer: Answer) => /"endCursor":"([^"]+)"/.exec(answer.text)![1]!;
    const expectRefused = ({ body }: Answer) => {
      expect(body.errors![0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: ['after'] }] });
    };

    it.each([
      ['another clinic', 'first: 1', (after: string) => list(`first: 1, after: "${after}"`), true],
      ['the list of keys', 'first: 1', (after: string) => keys(`first: 1, after: "${after}"`), false],
      ['another order', 'first: 1', (after: string) => list(`first: 1, orderBy: NAME_ASC, after: "${after}"`), false],
      [
        'another filter',
        'first: 1',
        (after: string) => list(`first: 1, filter: { isActive: true }, after: "${after}"`),
        false,
      ],
    ])('is refused with %s', async (_name, args, elsewhere, asAnotherClinic) => {
      const owner = await service.newClinic();
      await newCustomer(owner);
      const after = endCursorOf(await service.graphql(owner, list(args)));
      const own = await service.graphql(owner, list(`${args}, after: "${after}"`));
      expect(own.body.errors).toBeUndefined();
      expectRefused(await service.graphql(asAnotherClinic ? clinic : owner, elsewhere(after)));
    });

    it('of the list of keys is refused with another clinic and another list', async () => {
      const owner = await service.newClinic();
      await newCustomer(owner);
      const after = endCursorOf(await service.graphql(owner, keys('first: 1')));
      expect((await service.graphql(owner, keys(`after: "${after}"`))).body.errors).toBeUndefined();
      expectRefused(await service.graphql(clinic, keys(`after: "${after}"`)));
      expectRefused(await service.graphql(owner, list(`after: "${after}"`)));
    });

    it("of a user's customers is refused with another user and another clinic", async () => {
      const [owner, stranger, userId] = [await service.newClinic(), await service.newClinic(), newUserId()];
      const add = `addUserToExpressCustomer(input: { expressCustomerId: "${await newCustomer(owner)}", userId: "${userId}" })`;
      await service.graphql(owner, `mutation { ${add} { id } }`);
      const ofUser = (id: string, args: string) =>
        `{ _entities(representations: [{ __typename: "User", userId: "${id}" }]) {
          ... on User { expressCustomers(${args}) { pageInfo { endCursor } } } } }`;
      const after = endCursorOf(await service.graphql(owner, ofUser(userId, 'first: 1')));
      expect((await service.graphql(owner, ofUser(userId, `after: "${after}"`))).body.errors).toBeUndefined();
      expectRefused(await service.graphql(owner, ofUser(newUserId(), `after: "${after}"`)));
      expectRefused(await service.graphql(stranger, ofUser(userId, `after: "${after}"`)));
    });

    it.each(['users', 'events'])(
      "of a customer's %s is refused with another customer and another clinic",
      async (field) => {
        const [owner, stranger] = [await service.newClinic(), await service.newClinic()];
        const [id, sibling, strange] = [
          await newCustomer(owner),
          await newCustomer(owner),
          await newCustomer(stranger),
        ];
        const add = `mutation { addUserToExpressCustomer(input: { expressCustomerId: "${id}", userId: "${newUserId()}" }) { id } }`;
        await service.graphql(owner, add);
        const after = endCursorOf(await service.graphql(owner, nested(id, field, 'first: 1')));
        expectRefused(await service.graphql(owner, nested(sibling, field, `after: "${after}"`)));
        expectRefused(await service.graphql(stranger, nested(strange, field, `after: "${after}"`)));
      },
    );
  });
});
