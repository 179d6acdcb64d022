import { createHmac, createPublicKey, randomUUID, type JsonWebKey } from 'node:crypto';
import { startService, type Answer, type Service } from '../../support/service.js';
import { AUDIENCE, newSigningKey, startIssuer, type Issuer, type SigningKey } from '../../support/issuer.js';
import { newUserId } from '../../support/world.js';

const LIST = '{ expressCustomers(first: 1) { nodes { id } } }';
const CREATE =
  'mutation { createExpressCustomer(input: { expressCustomerName: "A" }) { createdByUserId createdByApiKeyId } }';

const base64url = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const codeOf = ({ body }: Answer) => body.errors?.[0]?.extensions.code ?? 'OK';
const nowS = () => Math.floor(Date.now() / 1_000);

let issuer: Issuer;
let service: Service;
let who: { sub: string; clinic_id: string };
beforeEach(() => {
  who = { sub: newUserId(), clinic_id: randomUUID() };
});

const call = (token: string, query = LIST) => service.graphql({ token }, query);
const denialOf = async (answer: Answer) => {
  const ofAnswer = await service.requestLine(answer);
  return service.logLines().filter(({ msg, requestId }) => msg === 'denied' && requestId === ofAnswer.requestId);
};

describe('with an issuer', () => {
  beforeAll(async () => {
    issuer = await startIssuer();
    service = await startService('postgresql', { OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: AUDIENCE });
  });
  afterAll(async () => {
    await service.stop();
    await issuer.stop();
  });

  it('lets owners and admins read and write, and notes who created', async () => {
    for (const level of ['owner', 'admin']) {
      const token = await issuer.sign({ ...who, level });
      const { body } = await call(token, CREATE);
      expect(body.data!.createExpressCustomer).toEqual({ createdByUserId: who.sub, createdByApiKeyId: null });
      expect((await call(token)).body.data!.expressCustomers.nodes).not.toEqual([]);
    }
  });

  it('answers with the user alone as the creator over REST, too', async () => {
    const authorization = `Bearer ${await issuer.sign({ ...who, level: 'admin' })}`;
    const { body } = await service.request('/v1/express', {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: '{"expressCustomerName":"A"}',
    });
    expect(body).toMatchObject({ expressCustomerName: 'A', createdByUserId: who.sub });
    expect(body).not.toHaveProperty('createdByApiKeyId');
  });

  it('lets members read and not write, and names the missing scope', async () => {
    const token = await issuer.sign({ ...who, level: 'member' });
    expect(codeOf(await call(token))).toBe('OK');
    const refused = await call(token, CREATE);
    expect(refused.body.errors![0]!.message).toContain('express:write');
    expect(await denialOf(refused)).toEqual([
      expect.objectContaining({ kind: 'forbidden', userId: who.sub, operation: 'createExpressCustomer' }),
    ]);
  });

  it('forgives 30 s of a wrong clock, not 90', async () => {
    expect(codeOf(await call(await issuer.sign({ ...who, exp: nowS() - 10 })))).toBe('OK');
    expect(codeOf(await call(await issuer.sign({ ...who, nbf: nowS() + 10 })))).toBe('OK');
    expect(codeOf(await call(await issuer.sign({ ...who, exp: nowS() - 90 })))).toBe('UNAUTHENTICATED');
    expect(codeOf(await call(await issuer.sign({ ...who, nbf: nowS() + 90 })))).toBe('UNAUTHENTICATED');
  });

  it('takes one of several audiences, and the type of access tokens', async () => {
    const token = await issuer.sign({ ...who, aud: ['other', AUDIENCE] }, { typ: 'at+jwt' });
    expect(codeOf(await call(token))).toBe('OK');
  });

  type Bad = [name: string, kind: RegExp, make: (key: SigningKey) => Promise<string>];
  const hmac = (input: string, secret: string) => createHmac('sha256', secret).update(input).digest('base64url');
  const unsigned = async (header: object, claims: object = {}) => {
    const [, payload] = (await issuer.sign({ ...who, ...claims })).split('.');
    return `${base64url(header)}.${payload}.`;
  };
  const byPublicKey = async (alg: string, secret: string) => {
    const input = (await unsigned({ alg, kid: 'first', typ: 'JWT' })).slice(0, -1);
    return `${input}.${hmac(input, secret)}`;
  };
  const pemOf = (jwk: object): string =>
    createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
      .export({ type: 'spki', format: 'pem' })
      .toString();
  const withParts = async (change: (parts: string[]) => string[]) =>
    change((await issuer.sign(who)).split('.')).join('.');
  const signed = (claims: object, header: object = {}, key?: SigningKey) =>
    issuer.sign({ ...who, ...claims }, { ...header }, key);

  const BAD: Bad[] = [
    ['alg none', /algorithm|not supported|malformed/, () => unsigned({ alg: 'none' })],
    ['alg NONE', /algorithm|not supported|malformed/, () => unsigned({ alg: 'NONE', typ: 'JWT' })],
    ['alg none with a kid', /algorithm|not supported|malformed/, () => unsigned({ alg: 'none', kid: 'first' })],
    ['no alg', /malformed/, () => unsigned({ typ: 'JWT' })],
    ['an HMAC of the public key', /algorithm/, () => byPublicKey('HS256', JSON.stringify(issuer.key.publicJwk))],
    ['an HMAC of the public key in PEM', /algorithm/, async () => byPublicKey('HS256', pemOf(issuer.key.publicJwk))],
    ['an HMAC of nothing', /algorithm/, () => byPublicKey('HS256', '')],
    ['alg of another family', /unknown signing key|algorithm|signature/, () => byPublicKey('RS256', 'x')],
    ['a foreign signature under a known kid', /signature/, async () => signed({}, {}, await newSigningKey('first'))],
    ['another audience', /claim aud/, () => signed({ aud: 'another' })],
    ['no audience', /claim aud/, () => signed({ aud: undefined })],
    ['another issuer', /claim iss/, () => signed({ iss: 'https://elsewhere.example' })],
    ['no issuer', /claim iss/, () => signed({ iss: undefined })],
    ['the issuer with a slash', /claim iss/, () => signed({ iss: `${issuer.url}/` })],
    ['expired', /expired/, () => signed({ exp: nowS() - 3_600 })],
    ['no expiry', /claim exp/, () => signed({ exp: undefined })],
    ['an expiry that is text', /claim exp/, () => signed({ exp: '9999999999' })],
    ['not yet valid', /claim nbf/, () => signed({ nbf: nowS() + 3_600 })],
    ['an unknown kid', /unknown signing key/, () => signed({}, { kid: 'unknown' })],
    ['a kid that is a path', /unknown signing key/, () => signed({}, { kid: '../../../../dev/null' })],
    ['a kid that is SQL', /unknown signing key/, () => signed({}, { kid: "x' UNION SELECT 'key" })],
    ['jku to an own key', /signature/, async (key) => signed({}, { jku: `${issuer.url}/own`, kid: 'first' }, key)],
    ['x5u to an own key', /signature/, async (key) => signed({}, { x5u: `${issuer.url}/own`, kid: 'first' }, key)],
    ['an embedded jwk', /signature/, async (key) => signed({}, { jwk: key.publicJwk, kid: 'first' }, key)],
    ['an unknown critical header', /not supported|malformed/, () => signed({}, { crit: ['urn:test'], 'urn:test': 1 })],
    ['a token of another type', /claim typ/, () => signed({}, { typ: 'logout+jwt' })],
    [
      'a changed payload',
      /signature/,
      () => withParts(([head, , end]) => [head!, base64url({ ...who, level: 'owner' }), end!]),
    ],
    [
      'a signature cut short',
      /signature|malformed/,
      () => withParts(([head, body, end]) => [head!, body!, end!.slice(4)]),
    ],
    ['no signature', /malformed|signature/, () => withParts(([head, body]) => [head!, body!, ''])],
    ['five parts', /malformed/, () => withParts((parts) => [...parts, 'a', 'b'])],
    [
      'a payload that is no object',
      /signature|malformed/,
      () => withParts(([head, , end]) => [head!, base64url('[]'), end!]),
    ],
    ['garbage', /malformed/, async () => `garbage${randomUUID()}`],
    ['two empty parts', /malformed/, async () => `..${randomUUID()}`],
    ['a user id of another form', /claim sub/, () => signed({ sub: 'auth0|1234' })],
    ['a clinic that is no UUID', /claim clinic_id/, () => signed({ clinic_id: 'all' })],
    ['two clinics', /claim clinic_id/, () => signed({ clinic_id: [who.clinic_id, randomUUID()] })],
    ['an unknown level', /claim level/, () => signed({ level: 'superuser' })],
    ['a level by a name of JavaScript', /claim level/, () => signed({ level: 'constructor' })],
    ['no level', /claim level/, () => signed({ level: undefined })],
  ];

  it.each(BAD)('refuses a token with %s', async (_name, kind, make) => {
    await call(await issuer.sign(who));
    const before = issuer.requests.filter((path) => path === '/own').length;
    const token = await make(await newSigningKey('own'));
    const answer = await call(token);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(codeOf(answer)).toBe('UNAUTHENTICATED');
    const [denial, ...more] = await denialOf(answer);
    expect(more).toEqual([]);
    expect(denial!.kind).toMatch(/^token: /);
    expect(denial!.kind).toMatch(kind);
    expect(JSON.stringify(denial)).not.toContain(token.split('.')[2] || '\0');
    expect(issuer.requests.filter((path) => path === '/own')).toHaveLength(before);
  });

  it('answers all bad tokens alike', async () => {
    const bodies = new Set<string>();
    for (const [, , make] of BAD) {
      const { text, headers } = await call(await make(await newSigningKey('own')));
      bodies.add(text.replace(headers.get('x-request-id')!, ''));
    }
    expect(bodies.size).toBe(1);
  });
});

describe('with an issuer of a test', () => {
  let own: Issuer;
  const start = async (environment: NodeJS.ProcessEnv = {}) => {
    own = await startIssuer();
    service = await startService('postgresql', { OIDC_ISSUER: own.url, OIDC_AUDIENCE: AUDIENCE, ...environment });
  };
  afterEach(async () => {
    await service.stop();
    await own.stop();
  });

  it('fetches the keys once for many tokens, and at most once more for many unknown kids', async () => {
    await start();
    await Promise.all(Array.from({ length: 20 }, async () => call(await own.sign(who))));
    expect(own.requests).toEqual(['/.well-known/openid-configuration', '/jwks']);
    const unknown = await own.sign(who, { kid: 'unknown' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(unknown)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(401));
    expect(own.requests.filter((path) => path === '/jwks').length).toBeLessThanOrEqual(2);
  });

  it('keeps users logged in while the issuer is down', async () => {
    await start();
    expect(codeOf(await call(await own.sign(who)))).toBe('OK');
    own.isDown = true;
    expect(codeOf(await call(await own.sign({ ...who, level: 'member' })))).toBe('OK');
    expect(codeOf(await call(await own.sign(who, { kid: 'unknown' })))).toBe('UNAUTHENTICATED');
  });

  it('answers that it cannot check the token, not that the token is bad, when the issuer was down from the start', async () => {
    await start();
    own.isDown = true;
    const { status, headers, body } = await call(await own.sign(who));
    expect({ status, code: body.errors![0]!.extensions.code }).toEqual({ status: 503, code: 'SERVICE_UNAVAILABLE' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(codeOf(await service.graphql(await service.newClinic(), LIST))).toBe('OK');
  });

  it('takes the keys from OIDC_JWKS_URL, and the claims by the names that are configured', async () => {
    own = await startIssuer();
    const claims = {
      OIDC_USER_CLAIM: 'uid',
      OIDC_CLINIC_CLAIM: 'https://avara.example/clinic',
      OIDC_LEVEL_CLAIM: 'role',
    };
    service = await startService('postgresql', {
      OIDC_ISSUER: own.url,
      OIDC_AUDIENCE: AUDIENCE,
      OIDC_JWKS_URL: `${own.url}/jwks`,
      ...claims,
    });
    const named = { sub: 'x', uid: who.sub, 'https://avara.example/clinic': who.clinic_id, role: 'admin' };
    expect((await call(await own.sign(named), CREATE)).body.data!.createExpressCustomer.createdByUserId).toBe(who.sub);
    expect(codeOf(await call(await own.sign(who)))).toBe('UNAUTHENTICATED');
    expect(own.requests).toEqual(['/jwks']);
  });

  it('believes no discovery document of another issuer', async () => {
    await start();
    const { url } = own;
    own.url = 'https://elsewhere.example';
    expect((await call(await own.sign({ ...who, iss: url }))).status).toBe(503);
    expect(own.requests).not.toContain('/jwks');
  });
});

describe('a fetch of keys that fails', () => {
  let own: Issuer;
  const DISCOVERY = '/.well-known/openid-configuration';
  const start = async (replies: Issuer['replies']) => {
    own = await startIssuer();
    Object.assign(own.replies, replies);
    service = await startService('postgresql', { OIDC_ISSUER: own.url, OIDC_AUDIENCE: AUDIENCE });
  };
  const warnings = () => service.logLines().filter(({ msg }) => /issuer's keys/.test(String(msg)));
  afterEach(async () => {
    await service.stop();
    await own.stop();
  });

  type Failure = [what: string, path: string, reply: Issuer['replies'][string], line: object];
  const FAILURES: Failure[] = [
    ['HTML', '/jwks', { text: '<html>' }, { status: 200, reason: 'its answer is not JSON' }],
    ['a list', '/jwks', { text: '[]' }, { status: 200, reason: 'its answer is not a JSON object' }],
    ['no list of keys', '/jwks', { text: '{}' }, { status: 200, reason: 'its answer has no list "keys"' }],
    ['null for keys', '/jwks', { text: '{"keys":[null]}' }, { status: 200, reason: 'none of its keys can be used' }],
    ['an error', '/jwks', { status: 500, text: '' }, { status: 500, reason: 'status 200 is expected' }],
    ['no discovery', DISCOVERY, { status: 404, text: '' }, { status: 404, reason: 'status 200 is expected' }],
    [
      'a redirect',
      DISCOVERY,
      { status: 302, headers: { location: '/other' }, text: '' },
      { status: 302, reason: 'it redirects, and redirects are not followed' },
    ],
    [
      'a discovery document without keys',
      DISCOVERY,
      { text: '{}' },
      { status: 200, reason: expect.stringContaining('OIDC_ISSUER must be exactly that') },
    ],
  ];
  it.each(FAILURES)('%s at %s is one line that says what was wrong', async (_what, path, reply, line) => {
    await start({ [path]: reply });
    const token = await own.sign(who);
    const answers = await Promise.all([call(token), call(token)]);
    expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    expect(warnings()).toEqual([expect.objectContaining({ level: 40, url: own.url + path, ...line })]);
  });

  it('an issuer whose name differs by the last slash is distinguished in the log line', async () => {
    own = await startIssuer();
    own.replies[DISCOVERY] = { text: JSON.stringify({ issuer: own.url, jwks_uri: `${own.url}/jwks` }) };
    service = await startService('postgresql', { OIDC_ISSUER: `${own.url}/`, OIDC_AUDIENCE: AUDIENCE });
    expect((await call(await own.sign({ ...who, iss: `${own.url}/` }))).status).toBe(503);
    expect(warnings()).toEqual([
      expect.objectContaining({
        reason: expect.stringContaining(`the issuer "${own.url}"; OIDC_ISSUER must be exactly`),
      }),
    ]);
  });

  it('leaves keys aside that cannot be used, and believes the others', async () => {
    await start({});
    const broken = [
      null,
      'text',
      5,
      {},
      { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', kid: 'first' },
      { kty: 'future' },
    ];
    const replies = { '/jwks': { text: JSON.stringify({ keys: [...broken, own.key.publicJwk] }) } };
    Object.assign(own.replies, replies);
    expect(codeOf(await call(await own.sign(who)))).toBe('OK');
    expect(warnings()).toEqual([expect.objectContaining({ url: `${own.url}/jwks`, ignored: broken.length })]);
  });
});

describe('without an issuer', () => {
  it('refuses every token that is no API key', async () => {
    const foreign = await startIssuer();
    service = await startService('postgresql');
    const answer = await call(await foreign.sign(who));
    expect(answer.status).toBe(401);
    expect(await denialOf(answer)).toEqual([expect.objectContaining({ kind: 'malformed' })]);
    await service.stop();
    await foreign.stop();
  });
});
