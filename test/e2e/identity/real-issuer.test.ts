import { randomUUID } from 'node:crypto';
import { signInByCode } from '../../support/clients/code-flow.js';
import { newPerson, startOidcProvider, type OidcProvider, type Person } from '../../support/servers/oidc-provider.js';
import { startService, type Answer, type Service } from '../../support/service.js';

const CREATE =
  'mutation { createExpressCustomer(input: { expressCustomerName: "A" }) { createdByUserId createdByApiKeyId } }';
const LIST = '{ expressCustomers(first: 5) { nodes { expressCustomerName } } }';

const clinicId = randomUUID();
const people = {
  owner: newPerson('owner', { clinic_id: clinicId, level: 'owner' }),
  member: newPerson('member', { clinic_id: clinicId, level: 'member' }),
  stranger: newPerson('stranger', { clinic_id: randomUUID(), level: 'owner' }),
  visitor: newPerson('visitor', { clinic_id: clinicId, level: 'visitor' }),
  clinicless: newPerson('clinicless', { level: 'owner' }),
} satisfies Record<string, Person>;

let issuer: OidcProvider;
let service: Service;
beforeAll(async () => {
  issuer = await startOidcProvider({ people: Object.values(people) });
  service = await startService('embedded', { OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: issuer.settings.audience });
});
afterAll(async () => {
  await service?.stop();
  await issuer?.stop();
});

const codeOf = ({ body }: Answer) => body.errors?.[0]?.extensions.code ?? 'OK';
const callAs = async (name: keyof typeof people, query: string) => {
  const { access_token: token } = await signInByCode(issuer, name);
  return service.graphql({ token }, query);
};

it('a person who signed in by authorisation code with PKCE at a real issuer creates a customer of their clinic', async () => {
  const created = await callAs('owner', CREATE);
  expect(created.body.data!.createExpressCustomer).toEqual({
    createdByUserId: people.owner.sub,
    createdByApiKeyId: null,
  });
  expect((await callAs('member', LIST)).body.data!.expressCustomers.nodes).not.toEqual([]);
});

it('each person gets what the claims of their token allow', async () => {
  expect(codeOf(await callAs('member', CREATE))).toBe('FORBIDDEN');
  expect((await callAs('stranger', LIST)).body.data!.expressCustomers.nodes).toEqual([]);
  expect(codeOf(await callAs('visitor', LIST))).toBe('UNAUTHENTICATED');
  expect(codeOf(await callAs('clinicless', LIST))).toBe('UNAUTHENTICATED');
});

it('the ID token of a sign-in, which is for the page, does not open the API', async () => {
  const { id_token: token } = await signInByCode(issuer, 'owner');
  expect(codeOf(await service.graphql({ token }, LIST))).toBe('UNAUTHENTICATED');
});

it('a name that the issuer does not know gets no token', async () => {
  await expect(signInByCode(issuer, 'nobody')).rejects.toThrow('access_denied');
});
