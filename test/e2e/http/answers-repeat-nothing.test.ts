import { randomBytes } from 'node:crypto';
import {
  buildSchema,
  getNamedType,
  isInputObjectType,
  isLeafType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
} from 'graphql';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onEachEngine } from '../../support/engines.js';
import { startService, type Clinic, type Service } from '../../support/service.js';

const schema = buildSchema(readFileSync(join(__dirname, '../../../schema.graphql'), 'utf8'), { assumeValid: true });

/** Random hex digits, so that a well-formed id can be a canary too. */
const newCanary = (): string => randomBytes(16).toString('hex');

/** What a caller may put where one value is asked for; each holds the canary, some in a form that is valid. */
const VALUES: Record<string, (canary: string) => unknown> = {
  'a text': (canary) => canary,
  'an id of a customer': (canary) => `cus_${canary}`,
  'an id of a user': (canary) => `usr_${canary}`,
  'a text with NUL': (canary) => `${canary}\0`,
  'a text that is too long': (canary) => canary.repeat(100),
  'an instant that is none': (canary) => `2024-13-01T00:00:00Z${canary}`,
  'a list': (canary) => [canary, `${canary}\0`],
  'an object': (canary) => ({ [canary]: canary, [`${canary}\0`]: [canary] }),
  'an object with long keys': (canary) => ({ [canary.repeat(5)]: canary.repeat(50) }),
};

interface Place {
  /** As it is named in a failure. */
  name: string;
  query: string;
  variables: (value: unknown) => Record<string, unknown>;
}

const argumentText = ({ name, type }: GraphQLArgument) => [`$${name}: ${String(type)}`, `${name}: $${name}`] as const;

const exampleOf = (type: GraphQLInputType, name: string, id: string): unknown => {
  const named = getNamedType(type);
  if (isInputObjectType(named)) return exampleInput(type, id);
  if (name === 'expressCustomerId') return id;
  return name === 'userId' ? `usr_${'0'.repeat(32)}` : name === 'set' ? { a: 'b' } : 'A';
};

/** What makes an input valid: its required fields. */
function exampleInput(type: GraphQLInputType, id: string): Record<string, unknown> {
  const named = getNamedType(type);
  const fields = isInputObjectType(named) ? Object.values(named.getFields()) : [];
  const required = fields.filter((field) => String(field.type).endsWith('!') && field.defaultValue === undefined);
  return Object.fromEntries(required.map((field) => [field.name, exampleOf(field.type, field.name, id)]));
}

/** Every argument of an operation and every field of its input objects. */
function placesOf(kind: string, field: GraphQLField<unknown, unknown>, id: string): Place[] {
  const texts = field.args.map(argumentText);
  const selection = isLeafType(getNamedType(field.type)) ? '' : '{ __typename }';
  const [declared, passed] = [texts.map(([one]) => one).join(' '), texts.map(([, two]) => two).join(' ')];
  const query = `${kind} (${declared}) { ${field.name}(${passed}) ${selection} }`;
  const required = Object.fromEntries(
    field.args
      .filter(({ type, defaultValue }) => String(type).endsWith('!') && defaultValue === undefined)
      .map(({ name, type }) => [name, exampleOf(type, name, id)]),
  );
  return field.args.flatMap(({ name, type }): Place[] => {
    const whole = {
      name: `${field.name}.${name}`,
      query,
      variables: (value: unknown) => ({ ...required, [name]: value }),
    };
    const named = getNamedType(type);
    if (!isInputObjectType(named)) return [whole];
    const example = exampleInput(type, id);
    const inside = [...Object.keys(named.getFields()), 'unknown'].map((key) => ({
      name: `${whole.name}.${key}`,
      query,
      variables: (value: unknown) => ({ ...required, [name]: { ...example, [key]: value } }),
    }));
    return [whole, ...inside];
  });
}

/** An answer but for what is the caller's by design: the paths of errors, which name the caller's own keys and aliases. */
const withoutPaths = (body: string): string =>
  JSON.stringify(JSON.parse(body), (key, value: unknown) => (key === 'path' ? undefined : value));

interface RawAnswer {
  status: number;
  /** Head and body, as the caller reads them. */
  head: string;
  body: string;
}

onEachEngine((engine) => {
  let service: Service;
  let clinic: Clinic;
  let id: string;
  beforeAll(async () => {
    service = await startService(engine);
    clinic = await service.newClinic();
    const created = await service.graphql(
      clinic,
      'mutation { createExpressCustomer(input: { expressCustomerName: "A" }) { id } }',
    );
    id = created.body.data!.createExpressCustomer.id as string;
  });
  afterAll(() => service.stop());

  /** Sends what fetch would refuse to send, too. */
  function send(method: string, path: string, headers: Record<string, string>, body?: string): Promise<RawAnswer> {
    const all = { authorization: `Bearer ${clinic.token}`, 'content-type': 'application/json', ...headers };
    return new Promise((resolve, reject) => {
      const outgoing = request(service.url + path, { method, headers: all, agent: false }, (answer) => {
        text(answer).then((answered) => {
          resolve({ status: answer.statusCode!, head: answer.rawHeaders.join('\n'), body: answered });
        }, reject);
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  /** A success may hold what was stored; a refusal holds nothing of what was sent. */
  function findEcho(canary: string, { status, head, body }: RawAnswer): string | null {
    if (head.toLowerCase().includes(canary)) return head;
    const isRefusal = status >= 400 || body.includes('"errors"');
    if (!isRefusal || !body.startsWith('{')) return isRefusal && body.includes(canary) ? body : null;
    return withoutPaths(body).includes(canary) ? body : null;
  }

  it.each(Object.entries(VALUES))('no error of GraphQL repeats %s, wherever it is sent', async (_name, valueOf) => {
    const fields = { query: schema.getQueryType()!, mutation: schema.getMutationType()! };
    const places = Object.entries(fields).flatMap(([kind, type]) =>
      Object.values(type.getFields()).flatMap((field) => placesOf(kind, field, id)),
    );
    expect(places.length).toBeGreaterThan(30);
    let refused = 0;
    for (const { name, query, variables } of places) {
      const canary = newCanary();
      const answer = await send(
        'POST',
        '/graphql',
        {},
        JSON.stringify({ query, variables: variables(valueOf(canary)) }),
      );
      refused += answer.body.includes('"errors"') ? 1 : 0;
      expect({ name, echo: findEcho(canary, answer) }).toEqual({ name, echo: null });
    }
    expect(refused).toBeGreaterThan(places.length / 4);
  });

  it.each(Object.entries(VALUES))('no error of REST repeats %s, wherever it is sent', async (_name, valueOf) => {
    const { body } = await service.request('/v1/openapi.json');
    const operations = Object.entries(body.paths as Record<string, Record<string, any>>).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
    );
    const echoes: unknown[] = [];
    let refused = 0;
    const trySending = async (canary: string, ...call: Parameters<typeof send>) => {
      const answer = await send(...call);
      refused += answer.status >= 400 ? 1 : 0;
      const echo = findEcho(canary, answer);
      if (echo !== null) echoes.push({ method: call[0], path: call[1].replace(canary, 'CANARY'), echo });
    };
    for (const { path, method, operation } of operations) {
      const known = path.replace('{expressCustomerId}', id);
      const keys = Object.keys(operation.requestBody?.content['application/json'].schema.properties ?? {});
      for (const key of [...keys, 'unknown']) {
        const canary = newCanary();
        const sent = method === 'GET' ? undefined : JSON.stringify({ [key]: valueOf(canary) });
        await trySending(canary, method, known, {}, sent);
      }
      const inPath = newCanary();
      const segment = encodeURIComponent(String(valueOf(inPath)));
      await trySending(
        inPath,
        method,
        path.replace('{expressCustomerId}', segment),
        {},
        method === 'GET' ? undefined : '{}',
      );
      for (const name of ['cursor', 'limit', 'expressCustomerName', 'unknown']) {
        const canary = newCanary();
        await trySending(
          canary,
          method,
          `${known}?${name}=${encodeURIComponent(String(valueOf(canary)))}`,
          {},
          undefined,
        );
      }
    }
    expect(echoes).toEqual([]);
    expect(refused).toBeGreaterThan(20);
  });

  it.each(['/graphql', '/v1/express', '/nowhere'])('no error repeats what a header holds, at %s', async (path) => {
    const echoes: unknown[] = [];
    const names = [
      ...['accept', 'accept-language', 'authorization', 'content-encoding', 'content-type', 'cookie', 'expect', 'host'],
      ...['idempotency-key', 'if-match', 'if-none-match', 'origin', 'prefer', 'range', 'referer', 'traceparent'],
      ...['user-agent', 'x-forwarded-for', 'x-forwarded-host', 'x-request-id', 'x-stainless-retry-count', 'x-unknown'],
      ...['access-control-request-headers', 'apollographql-client-name', 'apollo-require-preflight', 'forwarded', 'te'],
    ];
    for (const name of names)
      for (const form of [
        (value: string) => value,
        (value: string) => `${value}, "${value}" \u00e9`,
        (value: string) => value.repeat(20),
      ]) {
        const canary = newCanary();
        const answer = await send('POST', path, { [name]: form(canary) }, '{"query":"{ nothing }"}');
        const echo = findEcho(canary, answer);
        if (echo !== null) echoes.push({ name, echo });
      }
    expect(echoes).toEqual([]);
  });
});
