import canonicalize from 'canonicalize';
import { join } from 'node:path';
import { scripts } from '../../package.json';
import { cursorScope, encodeCursor } from '../../src/shared/cursor.js';

/** `list` is the first page, the same for every caller; `page` is one after a cursor, a different one for every call. */
export const OPERATIONS = ['create', 'get', 'list', 'page'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** One HTTP call of a target. */
export interface Call {
  method: 'POST' | 'GET';
  path: string;
  body?: string;
}

/** A server under measurement: how it is started and how it is asked. */
export interface Target {
  name: string;
  script: string;
  /** Node's own, before the script. */
  flags?: string[];
  env?: Record<string, string>;
  /** Null for an operation that is not measured with it. */
  call(operation: Operation, variables: Variables): Call | null;
}

export interface Variables {
  clinicId: string;
  apiKeyId: string;
  expressCustomerId: string;
}

export const INPUT = { expressCustomerName: 'City Medical Center', metadata: { region: 'north', tier: 'gold' } };

const FIELDS = `expressCustomerId expressCustomerName isActive userCount metadata version createdAt updatedAt
  createdByApiKeyId createdByUserId`;

const DOCUMENTS: Record<Operation, string> = {
  create: `mutation Create($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { ${FIELDS} } }`,
  get: `query Get($id: ID!) { expressCustomer(expressCustomerId: $id) { ${FIELDS} } }`,
  list: `query List($first: Int!) { expressCustomers(first: $first) { nodes { ${FIELDS} } } }`,
  page: `query Page($first: Int!, $after: String) { expressCustomers(first: $first, after: $after) { nodes { ${FIELDS} } } }`,
};

const post = (path: string, body: object): Call => ({ method: 'POST', path, body: JSON.stringify(body) });

const LIST = { first: 20 };

const asked = (operation: Operation, id: string, after: string) =>
  ({ create: { input: INPUT }, get: { id }, list: LIST, page: { ...LIST, after } })[operation];

/** The peers' cursor is the id itself. */
const graphql = (operation: Operation, { expressCustomerId: id }: Variables): Call =>
  post('/graphql', { query: DOCUMENTS[operation], variables: asked(operation, id, id) });

const cursorOf = ({ clinicId, expressCustomerId }: Variables): string =>
  encodeCursor(cursorScope(clinicId, 'expressCustomers', 'CREATED_AT_DESC', canonicalize({})), [expressCustomerId]);

function service(operation: Operation, variables: Variables): Call {
  const { expressCustomerId: id } = variables;
  return post('/graphql', { query: DOCUMENTS[operation], variables: asked(operation, id, cursorOf(variables)) });
}

function bare(operation: Operation, { expressCustomerId }: Variables): Call {
  const bodies = { create: INPUT, get: { expressCustomerId }, list: LIST, page: { ...LIST, after: expressCustomerId } };
  return post(`/${operation}`, bodies[operation]);
}

function rest(operation: Operation, variables: Variables): Call {
  if (operation === 'create') return post('/v1/express', INPUT);
  const addresses = {
    get: `/v1/express/${variables.expressCustomerId}`,
    list: '/v1/express?limit=20',
    page: `/v1/express?limit=20&cursor=${cursorOf(variables)}`,
  };
  return { method: 'GET', path: addresses[operation] };
}

const POSTGRAPHILE: Record<Exclude<Operation, 'page'>, string> = {
  create: `mutation Create($input: CreateExpressCustomerInput!) {
    createExpressCustomer(input: $input) { expressCustomer { ${FIELDS} } } }`,
  get: `query Get($clinicId: UUID!, $id: String!) {
    expressCustomerByClinicIdAndExpressCustomerId(clinicId: $clinicId, expressCustomerId: $id) { ${FIELDS} } }`,
  list: `query List($clinicId: UUID!, $first: Int!) {
    allExpressCustomers(condition: { clinicId: $clinicId }, orderBy: [PRIMARY_KEY_DESC], first: $first) {
      nodes { ${FIELDS} } } }`,
};

let serial = 0;

// PostGraphile leaves the id to its caller; each call needs its own, made while the requests are prepared.
function postgraphile(operation: Operation, { clinicId, apiKeyId, expressCustomerId: id }: Variables): Call | null {
  if (operation === 'page') return null;
  if (operation !== 'create') {
    const variables = operation === 'get' ? { clinicId, id } : { clinicId, first: 20 };
    return post('/graphql', { query: POSTGRAPHILE[operation], variables });
  }
  const time = (Date.now() + Math.floor((serial += 1) / 1000)).toString(16).padStart(12, '0');
  const expressCustomerId = `cus_${time}7${serial.toString(16).padStart(19, '0')}`;
  const nameSearch = INPUT.expressCustomerName.toLowerCase();
  const expressCustomer = { ...INPUT, clinicId, expressCustomerId, nameSearch, createdByApiKeyId: apiKeyId };
  return post('/graphql', { query: POSTGRAPHILE.create, variables: { input: { expressCustomer } } });
}

const withoutPages = (operation: Operation, variables: Variables): Call | null =>
  operation === 'page' ? null : graphql(operation, variables);

const PEERS = join(process.cwd(), 'bench', 'peers');
const SERVICE = join(process.cwd(), 'dist', 'src', 'main.js');

// As it is shipped: with the flags of `npm start`.
const FLAGS = scripts.start.split(' ').filter((word) => word.startsWith('--'));

export const BASELINE = 'baseline';
export const SERVICE_NAME = 'this service';

// The bench is one client that calls as often as others do together: its points are counted, and do not run out.
const ONE_CLIENT = { RATE_LIMIT_POINTS: '1000000000' };

/** In the order of the report. */
export const TARGETS: Target[] = [
  { name: BASELINE, script: join(PEERS, 'baseline.js'), call: bare },
  { name: 'baseline, batched', script: join(PEERS, 'baseline.js'), env: { BASELINE: 'batched' }, call: bare },
  { name: SERVICE_NAME, script: SERVICE, flags: FLAGS, env: ONE_CLIENT, call: service },
  { name: 'this service, REST', script: SERVICE, flags: FLAGS, env: ONE_CLIENT, call: rest },
  { name: 'Mercurius with jit', script: join(PEERS, 'mercurius.js'), call: graphql },
  { name: 'plain Apollo', script: join(PEERS, 'apollo.js'), call: graphql },
  { name: 'GraphQL Yoga', script: join(PEERS, 'yoga.js'), call: graphql },
  { name: 'PostGraphile', script: join(PEERS, 'postgraphile.js'), call: postgraphile },
  { name: 'usual type-graphql + TypeORM', script: join(PEERS, 'dist', 'usual.js'), call: withoutPages },
];
