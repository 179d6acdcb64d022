import { join } from 'node:path';

export const OPERATIONS = ['create', 'get', 'list'] as const;
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
  env?: Record<string, string>;
  /** PostGraphile 5.1 answers some gets that arrive together with an error of its own: these are not counted. */
  mayFail?: boolean;
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
};

const post = (path: string, body: object): Call => ({ method: 'POST', path, body: JSON.stringify(body) });

function graphql(operation: Operation, { expressCustomerId }: Variables): Call {
  const variables = { create: { input: INPUT }, get: { id: expressCustomerId }, list: { first: 20 } }[operation];
  return post('/graphql', { query: DOCUMENTS[operation], variables });
}

function bare(operation: Operation, { expressCustomerId }: Variables): Call {
  return post(`/${operation}`, { create: INPUT, get: { expressCustomerId }, list: { first: 20 } }[operation]);
}

function rest(operation: Operation, { expressCustomerId }: Variables): Call {
  if (operation === 'create') return post('/v1/express', INPUT);
  return { method: 'GET', path: operation === 'get' ? `/v1/express/${expressCustomerId}` : '/v1/express?limit=20' };
}

const POSTGRAPHILE: Record<Operation, string> = {
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
function postgraphile(operation: Operation, { clinicId, apiKeyId, expressCustomerId: id }: Variables): Call {
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

const PEERS = join(process.cwd(), 'bench', 'peers');
const SERVICE = join(process.cwd(), 'dist', 'src', 'main.js');

export const FLOOR = 'floor';
export const SERVICE_NAME = 'this service';

// The bench is one client that calls as often as others do together: its points are counted, and do not run out.
const ONE_CLIENT = { RATE_LIMIT_POINTS: '1000000000' };

/** In the order of the report. */
export const TARGETS: Target[] = [
  { name: FLOOR, script: join(PEERS, 'floor.js'), call: bare },
  { name: 'floor, committed together', script: join(PEERS, 'floor.js'), env: { FLOOR: 'together' }, call: bare },
  { name: SERVICE_NAME, script: SERVICE, env: ONE_CLIENT, call: graphql },
  { name: 'this service, REST', script: SERVICE, env: ONE_CLIENT, call: rest },
  { name: 'Mercurius with jit', script: join(PEERS, 'mercurius.js'), call: graphql },
  { name: 'plain Apollo', script: join(PEERS, 'apollo.js'), call: graphql },
  { name: 'GraphQL Yoga', script: join(PEERS, 'yoga.js'), call: graphql },
  { name: 'PostGraphile', script: join(PEERS, 'postgraphile.js'), mayFail: true, call: postgraphile },
  { name: 'usual type-graphql + TypeORM', script: join(PEERS, 'dist', 'usual.js'), call: graphql },
];
