import canonicalize from 'canonicalize';
import { join } from 'node:path';
import { scripts } from '../../package.json';
import { cursorScope, encodeCursor } from '../../src/shared/cursor.js';
import { BATCH_SIZE, graphqlCall, isPlain, operationOf, type Call, type Case, type Operation } from './cases.js';

/** A server under measurement: how it is started and how it is asked. */
export interface Target {
  name: string;
  script: string;
  /** Node's own, before the script. */
  flags?: string[];
  env?: Record<string, string>;
  /** Null for a case that is not measured with it. */
  call(name: Case, variables: Variables): Call | null;
}

export interface Variables {
  clinicId: string;
  apiKeyId: string;
  expressCustomerId: string;
  /** Ids of customers that exist. */
  batch?: (count: number) => string[];
}

export const INPUT = { expressCustomerName: 'City Medical Center', metadata: { region: 'north', tier: 'gold' } };

const FIELDS = `expressCustomerId expressCustomerName isActive userCount metadata version createdAt updatedAt
  createdByApiKeyId createdByUserId`;

const DOCUMENTS: Record<Operation, string> = {
  create: `mutation Create($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { ${FIELDS} } }`,
  get: `query Get($id: ID!) { expressCustomer(expressCustomerId: $id) { ${FIELDS} } }`,
  list: `query List($first: Int!) { expressCustomers(first: $first) { nodes { ${FIELDS} } } }`,
  page: `query Page($first: Int!, $after: String) { expressCustomers(first: $first, after: $after) { nodes { ${FIELDS} } } }`,
  entities: `query Entities($of: [_Any!]!) { _entities(representations: $of) { ... on ExpressCustomer { ${FIELDS} } } }`,
};

const post = (path: string, body: object): Call => ({ method: 'POST', path, body: JSON.stringify(body) });

const LIST = { first: 20 };

const toRepresentation = (expressCustomerId: string) => ({ __typename: 'ExpressCustomer', expressCustomerId });

function asked(operation: Operation, { expressCustomerId: id, batch }: Variables, after: string): object {
  if (operation === 'entities') return { of: batch!(BATCH_SIZE).map(toRepresentation) };
  return { create: { input: INPUT }, get: { id }, list: LIST, page: { ...LIST, after } }[operation];
}

function graphql(name: Case, variables: Variables, after: string): Call {
  const operation = operationOf(name);
  return graphqlCall(name, DOCUMENTS[operation], asked(operation, variables, after));
}

/** The peers' cursor is the id itself; of them only one is a subgraph. */
const peer = (name: Case, variables: Variables): Call | null =>
  name === 'entities' || isPlain(name) ? null : graphql(name, variables, variables.expressCustomerId);

/** A peer that is asked in both forms. */
const peerInBothForms = (name: Case, variables: Variables): Call | null =>
  name === 'entities' ? null : graphql(name, variables, variables.expressCustomerId);

const subgraph = (name: Case, variables: Variables): Call | null =>
  name === 'entities' ? graphql(name, variables, '') : null;

const cursorOf = ({ clinicId, expressCustomerId }: Variables): string =>
  encodeCursor(cursorScope(clinicId, 'expressCustomers', 'CREATED_AT_DESC', canonicalize({})), [expressCustomerId]);

const service = (name: Case, variables: Variables): Call => graphql(name, variables, cursorOf(variables));

function bare(name: Case, { expressCustomerId }: Variables): Call | null {
  const operation = operationOf(name);
  if (operation === 'entities' || isPlain(name)) return null;
  const bodies = { create: INPUT, get: { expressCustomerId }, list: LIST, page: { ...LIST, after: expressCustomerId } };
  return post(`/${operation}`, bodies[operation]);
}

function rest(name: Case, variables: Variables): Call | null {
  const operation = operationOf(name);
  if (operation === 'entities' || isPlain(name)) return null;
  if (operation === 'create') return post('/v1/express', INPUT);
  const addresses = {
    get: `/v1/express/${variables.expressCustomerId}`,
    list: '/v1/express?limit=20',
    page: `/v1/express?limit=20&cursor=${cursorOf(variables)}`,
  };
  return { method: 'GET', path: addresses[operation] };
}

const POSTGRAPHILE: Record<'create' | 'get' | 'list', string> = {
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
function postgraphile(name: Case, { clinicId, apiKeyId, expressCustomerId: id }: Variables): Call | null {
  if (name !== 'create' && name !== 'get' && name !== 'list') return null;
  if (name !== 'create') {
    const variables = name === 'get' ? { clinicId, id } : { clinicId, first: 20 };
    return graphqlCall(name, POSTGRAPHILE[name], variables);
  }
  const time = (Date.now() + Math.floor((serial += 1) / 1000)).toString(16).padStart(12, '0');
  const expressCustomerId = `cus_${time}7${serial.toString(16).padStart(19, '0')}`;
  const nameSearch = INPUT.expressCustomerName.toLowerCase();
  const expressCustomer = { ...INPUT, clinicId, expressCustomerId, nameSearch, createdByApiKeyId: apiKeyId };
  return graphqlCall(name, POSTGRAPHILE.create, { input: { expressCustomer } });
}

const withoutPages = (name: Case, variables: Variables): Call | null =>
  name === 'page' ? null : peer(name, variables);

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
  { name: 'Mercurius with jit', script: join(PEERS, 'mercurius.js'), call: peerInBothForms },
  { name: 'plain Apollo', script: join(PEERS, 'apollo.js'), call: peer },
  { name: 'plain Apollo with @apollo/subgraph', script: join(PEERS, 'apollo-subgraph.js'), call: subgraph },
  { name: 'GraphQL Yoga', script: join(PEERS, 'yoga.js'), call: peer },
  { name: 'PostGraphile', script: join(PEERS, 'postgraphile.js'), call: postgraphile },
  { name: 'usual type-graphql + TypeORM', script: join(PEERS, 'dist', 'usual.js'), call: withoutPages },
];
