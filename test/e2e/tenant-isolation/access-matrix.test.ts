import { buildSchema as schemaOf } from 'graphql';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCOPES } from '../../../src/identity/actor.js';
import { ERROR_STATUS } from '../../../src/shared/app-error.js';
import { getDatabaseTime } from '../../../src/identity/api-keys.js';
import { buildSchema } from '../../../src/transport/graphql/schema.js';
import { onEachEngine } from '../../support/engines.js';
import { revokeKey, rotateKey } from '../../support/keys.js';
import { AUDIENCE, startIssuer, type Issuer } from '../../support/issuer.js';
import { startService, type Answer, type Clinic, type Service } from '../../support/service.js';
import { newUserId } from '../../support/world.js';
import { documentOf, OPERATIONS, referToItself, REST_CALLS, type Operation } from './operations.js';

/** OK, NULL or an error's code. */
type Outcome = string;

const all = (outcome: Outcome) => () => outcome;
const foreign = ({ foreign }: Operation): Outcome => (foreign === 'OWN' ? 'OK' : foreign);
const readsOnly = ({ scope }: Operation): Outcome => (scope === 'express:read' ? 'OK' : 'FORBIDDEN');

/** The columns: what each credential is answered, by the operation's row. */
const CREDENTIALS: Record<string, (operation: Operation) => Outcome> = {
  'own key with the scope': all('OK'),
  'own key without the scope': all('FORBIDDEN'),
  "another clinic's key": foreign,
  'no key': all('UNAUTHENTICATED'),
  'malformed key': all('UNAUTHENTICATED'),
  'revoked key': all('UNAUTHENTICATED'),
  'expired key': all('UNAUTHENTICATED'),
  'rotated out key': all('UNAUTHENTICATED'),
  'owner of the clinic': all('OK'),
  'admin of the clinic': all('OK'),
  'member of the clinic': readsOnly,
  'owner of another clinic': foreign,
  'user of another issuer': all('UNAUTHENTICATED'),
};

function outcomeOf({ body, status }: Answer, name: string): Outcome {
  const code = body.errors?.[0]?.extensions.code;
  if (code !== undefined) return (status === 401) === (code === 'UNAUTHENTICATED') ? code : `${code} with ${status}`;
  return [body.data![name]].flat()[0] === null ? 'NULL' : 'OK';
}

describe('every operation of the schema has a row in the matrix', () => {
  it('with the kind and scope that the schema says', () => {
    const schema = schemaOf(buildSchema().text, { assumeValidSDL: true });
    const rows = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.values(type!.getFields()).map((field) => {
        const directive = field.astNode!.directives!.find(({ name }) => name.value === 'requiresScopes');
        const scope = /"(\w+:\w+)"/.exec(
          JSON.stringify(directive)
            .replaceAll('\\"', '"')
            .replace(/"value":/g, ''),
        );
        return [field.name, type!.name.toLowerCase(), scope?.[1]];
      }),
    );
    expect(rows.sort()).toEqual(
      Object.entries(OPERATIONS)
        .filter(([name]) => !name.startsWith('_'))
        .map(([name, { kind, scope }]) => [name, kind, scope])
        .sort(),
    );
    expect(buildSchema().text).toBe(readFileSync(join(__dirname, '../../../schema.graphql'), 'utf8'));
  });
});

onEachEngine((engine) => {
  let issuer: Issuer;
  let foreignIssuer: Issuer;
  let service: Service;
  let clinic: Clinic;
  const tokens: Record<string, (operation: Operation) => string> = {};

  beforeAll(async () => {
    [issuer, foreignIssuer] = [await startIssuer(), await startIssuer()];
    service = await startService(engine, { OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: AUDIENCE });
    clinic = await service.newClinic();
    const other = await service.newClinic();
    const { clinicId } = clinic;
    const reader = await service.newKey(clinic, { scopes: ['express:read'] });
    const writer = await service.newKey(clinic, { scopes: ['express:write'] });
    const manager = await service.newKey(clinic, { scopes: ['keys:manage'] });
    const [revoked, rotated] = [await service.newKey(clinic), await service.newKey(clinic)];
    const past = new Date((await getDatabaseTime(service.dataSource.manager)).getTime() - 1);
    const expired = await service.newKey(clinic, { expiresAt: past });
    await revokeKey(service.dataSource, { clinicId, apiKeyId: revoked.apiKeyId });
    await rotateKey(service.dataSource, { clinicId, apiKeyId: rotated.apiKeyId }, { overlapSeconds: 0 });
    const user = (level: string, of = issuer, clinic_id = clinicId) => of.sign({ sub: newUserId(), clinic_id, level });
    const fixed: Record<string, string> = {
      "another clinic's key": other.token,
      'malformed key': `${clinic.token}x`,
      'revoked key': revoked.token,
      'expired key': expired.token,
      'rotated out key': rotated.token,
      'owner of the clinic': await user('owner'),
      'admin of the clinic': await user('admin'),
      'member of the clinic': await user('member'),
      'owner of another clinic': await user('owner', issuer, other.clinicId),
      'user of another issuer': await user('owner', foreignIssuer),
    };
    for (const [name, token] of Object.entries(fixed)) tokens[name] = () => token;
    const byScope = { 'express:read': reader, 'express:write': writer, 'keys:manage': manager };
    tokens['own key with the scope'] = ({ scope }) => byScope[scope].token;
    tokens['own key without the scope'] = ({ scope }) =>
      byScope[SCOPES[(SCOPES.indexOf(scope) + 1) % SCOPES.length]!].token;
  });
  afterAll(async () => {
    await service.stop();
    await issuer.stop();
    await foreignIssuer.stop();
  });

  async function newCustomer(): Promise<string> {
    const { body } = await service.graphql(
      clinic,
      'mutation { createExpressCustomer(input: { expressCustomerName: "A" }) { id } }',
    );
    const id = body.data!.createExpressCustomer.id as string;
    await service.graphql(clinic, referToItself(id));
    return id;
  }

  const newSubject = async ({ subject }: Operation): Promise<string> =>
    subject === 'api key' ? (await service.newKey(clinic, { scopes: ['keys:manage'] })).apiKeyId : await newCustomer();

  const call = (token: string | undefined, query: string) =>
    token === undefined
      ? service.request('/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query }),
        })
      : service.graphql({ token }, query);

  it.each(Object.keys(OPERATIONS))('%s answers each credential as tabled', async (name) => {
    const operation = OPERATIONS[name]!;
    const expected: Record<string, Outcome> = {};
    const found: Record<string, Outcome> = {};
    let document = documentOf(operation, await newSubject(operation));
    for (const [credential, outcome] of Object.entries(CREDENTIALS)) {
      expected[credential] = outcome(operation);
      found[credential] = outcomeOf(await call(tokens[credential]?.(operation), document), name);
      // What was refused has changed nothing, so the next credential finds what this one found.
      if (found[credential] === 'OK' && operation.kind === 'mutation')
        document = documentOf(operation, await newSubject(operation));
    }
    expect(found).toEqual(expected);
  });

  async function callRest(token: string | undefined, name: string, customer: string): Promise<Outcome> {
    const { method, path, body } = REST_CALLS[name]!(customer);
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const options = { method, headers, ...((body || method !== 'GET') && { body: JSON.stringify(body ?? {}) }) };
    const answer = await service.request(`/v1/express${path}`, options);
    if (answer.status === 200) return 'OK';
    const code = answer.body.code as keyof typeof ERROR_STATUS;
    return answer.status === ERROR_STATUS[code] ? code : `${code} with ${answer.status}`;
  }

  it.each(Object.keys(REST_CALLS))('%s answers each credential over REST as tabled', async (name) => {
    const operation = OPERATIONS[name]!;
    const expected: Record<string, Outcome> = {};
    const found: Record<string, Outcome> = {};
    let customer = await newCustomer();
    for (const [credential, outcome] of Object.entries(CREDENTIALS)) {
      expected[credential] = outcome(operation).replace('NULL', 'NOT_FOUND');
      found[credential] = await callRest(tokens[credential]?.(operation), name, customer);
      if (found[credential] === 'OK' && operation.kind === 'mutation') customer = await newCustomer();
    }
    expect(found).toEqual(expected);
  });

  it('has a REST row for every operation that the OpenAPI description names', async () => {
    const { body } = await service.request('/v1/openapi.json');
    const described = Object.values(body.paths as Record<string, Record<string, { operationId: string }>>).flatMap(
      (path) => Object.values(path).map(({ operationId }) => operationId),
    );
    expect(described.sort()).toEqual(Object.keys(REST_CALLS).sort());
  });
});
