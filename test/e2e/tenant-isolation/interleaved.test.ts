import { startService, type Clinic } from '../../support/service.js';

const REQUESTS = 10_000;
const CONCURRENCY = 50;
const FIELDS = 'expressCustomerName createdByApiKeyId';

it('of 10,000 interleaved requests of two clinics on one pool, none meets a row of the other clinic', async () => {
  const service = await startService('postgresql', { LOG_LEVEL: 'silent' });
  const clinics = [await service.newClinic(), await service.newClinic()];
  const crossings: unknown[] = [];
  const seen = { created: 0, found: 0, listed: 0, hidden: 0 };
  const ids: string[][] = [[], []];

  async function call({ token }: Clinic, query: string): Promise<Record<string, any>> {
    const headers = { authorization: `Bearer ${token}` };
    const { body } = await service.app.server.inject({ method: 'POST', url: '/graphql', headers, payload: { query } });
    const { data, errors } = JSON.parse(body);
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }
  function expectOwn(clinic: Clinic, nodes: { createdByApiKeyId: string }[]): void {
    crossings.push(...nodes.filter(({ createdByApiKeyId }) => createdByApiKeyId !== clinic.apiKeyId));
  }
  const get = (id: string | undefined) => `{ expressCustomer(expressCustomerId: "${id}") { ${FIELDS} } }`;
  const kinds = [
    async (clinic: Clinic, own: string[]) => {
      const query = `mutation { createExpressCustomer(input: { expressCustomerName: "A" }) { id ${FIELDS} } }`;
      const { createExpressCustomer } = await call(clinic, query);
      expectOwn(clinic, [createExpressCustomer]);
      own.push(createExpressCustomer.id);
      seen.created += 1;
    },
    async (clinic: Clinic, own: string[]) => {
      const { expressCustomer } = await call(clinic, get(own.at(-1)));
      if (expressCustomer) expectOwn(clinic, [expressCustomer]);
      seen.found += expressCustomer ? 1 : 0;
    },
    async (clinic: Clinic) => {
      const { nodes } = (await call(clinic, `{ expressCustomers(first: 3) { nodes { ${FIELDS} } } }`)).expressCustomers;
      expectOwn(clinic, nodes);
      seen.listed += nodes.length;
    },
    async (clinic: Clinic, _own: string[], foreign: string[]) => {
      const { expressCustomer } = await call(clinic, get(foreign.at(-1)));
      if (expressCustomer) crossings.push(expressCustomer);
      else seen.hidden += 1;
    },
  ];

  let next = 0;
  const caller = async () => {
    for (let n = next++; n < REQUESTS; n = next++) {
      const which = n % 2;
      await kinds[(n >> 1) % kinds.length]!(clinics[which]!, ids[which]!, ids[1 - which]!);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, caller));
  await service.stop();
  expect(crossings).toEqual([]);
  expect(seen).toMatchObject({ created: REQUESTS / 4, hidden: REQUESTS / 4 });
  expect(seen.found).toBeGreaterThan(REQUESTS / 5);
  expect(seen.listed).toBeGreaterThan(REQUESTS / 5);
}, 300_000);
