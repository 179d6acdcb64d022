import type { Scope } from '../../../src/identity/actor.js';

/** One row of the access matrix: each field of Query and Mutation has one. */
export interface Operation {
  kind: 'query' | 'mutation';
  scope: Scope;
  /** What the id is of that the call names. */
  subject?: 'api key';
  /** How a customer or key of another clinic, and an unknown one, answers; 'OWN' where the call names none. */
  foreign: 'NOT_FOUND' | 'NULL' | 'OWN';
  /** The field with its arguments and selection, for an id. */
  field: (id: string) => string;
}

/** The user whom the operations name. */
export const USER = `usr_${'0'.repeat(31)}1`;

const change = (name: string, rest = ''): Operation => ({
  kind: 'mutation',
  scope: 'express:write',
  foreign: 'NOT_FOUND',
  field: (id) => `${name}(input: { expressCustomerId: "${id}" ${rest} }) { id }`,
});

const changeKey = (name: string, selection: string): Operation => ({
  kind: 'mutation',
  scope: 'keys:manage',
  subject: 'api key',
  foreign: 'NOT_FOUND',
  field: (id) => `${name}(input: { apiKeyId: "${id}" }) { ${selection} }`,
});

/** A new operation needs its row here; the tests next to this file take it from there. */
export const OPERATIONS: Record<string, Operation> = {
  expressCustomer: {
    kind: 'query',
    scope: 'express:read',
    foreign: 'NULL',
    field: (id) =>
      `expressCustomer(expressCustomerId: "${id}") { id users { nodes { userId } } events { nodes { eventId } } }`,
  },
  expressCustomers: {
    kind: 'query',
    scope: 'express:read',
    foreign: 'OWN',
    field: () => 'expressCustomers { nodes { id } totalCount }',
  },
  expressCustomerByExternalReference: {
    kind: 'query',
    scope: 'express:read',
    foreign: 'NULL',
    // The customers of these tests have their own id as their reference.
    field: (id) => `expressCustomerByExternalReference(externalReferenceId: "${id}") { id }`,
  },
  expressCustomerEvents: {
    kind: 'query',
    scope: 'express:read',
    foreign: 'OWN',
    field: () => 'expressCustomerEvents { nodes { expressCustomerId position } pageInfo { endCursor } }',
  },
  // Federation's own, which the printed schema leaves out.
  _entities: {
    kind: 'query',
    scope: 'express:read',
    foreign: 'NULL',
    field: (id) =>
      `_entities(representations: [{ __typename: "ExpressCustomer", expressCustomerId: "${id}" }]) {
        ... on ExpressCustomer { expressCustomerName } }`,
  },
  // The entity with fields of ours that is not a customer.
  _user: {
    kind: 'query',
    scope: 'express:read',
    foreign: 'OWN',
    field: () =>
      `_user: _entities(representations: [{ __typename: "User", userId: "${USER}" }]) {
        ... on User { expressCustomers { totalCount nodes { id } } } }`,
  },
  // Left out of the printed schema, so that supergraphs compose.
  _node: {
    kind: 'query',
    scope: 'express:read',
    foreign: 'NULL',
    field: (id) => `_node: node(id: "${id}") { id ... on ExpressCustomer { users { nodes { id } } } }`,
  },
  _nodes: {
    kind: 'query',
    scope: 'express:read',
    foreign: 'NULL',
    field: (id) => `_nodes: nodes(ids: ["evt_${id.slice(4)}_1"]) { id ... on ExpressCustomerEvent { type } }`,
  },
  createExpressCustomer: {
    kind: 'mutation',
    scope: 'express:write',
    foreign: 'OWN',
    field: () => 'createExpressCustomer(input: { expressCustomerName: "A" }) { expressCustomerName }',
  },
  createExpressCustomers: {
    kind: 'mutation',
    scope: 'express:write',
    foreign: 'OWN',
    field: () => 'createExpressCustomers(inputs: [{ expressCustomerName: "A" }]) { expressCustomer { id } }',
  },
  // In another clinic the reference is free.
  upsertExpressCustomer: {
    kind: 'mutation',
    scope: 'express:write',
    foreign: 'OWN',
    field: (id) =>
      `upsertExpressCustomer(input: { externalReferenceId: "${id}" expressCustomerName: "B" }) { expressCustomer { id } }`,
  },
  upsertExpressCustomers: {
    kind: 'mutation',
    scope: 'express:write',
    foreign: 'OWN',
    field: (id) =>
      `upsertExpressCustomers(inputs: [{ externalReferenceId: "${id}" expressCustomerName: "B" }]) { expressCustomer { id } }`,
  },
  updateExpressCustomer: change('updateExpressCustomer', 'expressCustomerName: "B"'),
  editExpressCustomerMetadata: change('editExpressCustomerMetadata', 'set: { a: "b" }'),
  deactivateExpressCustomer: change('deactivateExpressCustomer'),
  reactivateExpressCustomer: change('reactivateExpressCustomer'),
  addUserToExpressCustomer: change('addUserToExpressCustomer', `userId: "${USER}"`),
  removeUserFromExpressCustomer: change('removeUserFromExpressCustomer', `userId: "${USER}"`),
  expressApiKey: {
    kind: 'query',
    scope: 'keys:manage',
    subject: 'api key',
    foreign: 'NULL',
    field: (id) => `expressApiKey(apiKeyId: "${id}") { apiKeyId description lastUsedAt }`,
  },
  expressApiKeys: {
    kind: 'query',
    scope: 'keys:manage',
    foreign: 'OWN',
    field: () => 'expressApiKeys { nodes { apiKeyId } pageInfo { endCursor } }',
  },
  createExpressApiKey: {
    kind: 'mutation',
    scope: 'keys:manage',
    foreign: 'OWN',
    field: () =>
      'createExpressApiKey(input: { description: "A", scopes: ["keys:manage"] }) { expressApiKey { apiKeyId } }',
  },
  rotateExpressApiKey: changeKey('rotateExpressApiKey', 'replacedExpressApiKey { apiKeyId }'),
  revokeExpressApiKey: changeKey('revokeExpressApiKey', 'apiKeyId'),
};

/** Gives a customer its own id as its reference, so that all operations can name it by one text. */
export const referToItself = (id: string): string =>
  `mutation { updateExpressCustomer(input: { expressCustomerId: "${id}", externalReferenceId: "${id}" }) { id } }`;

export const documentOf = ({ kind, field }: Operation, id: string): string => `${kind} { ${field(id)} }`;

/** The same operations over REST, by operationId; the OpenAPI description must name each. */
export const REST_CALLS: Record<
  string,
  (expressCustomerId: string) => { method: string; path: string; body?: object }
> = {
  createExpressCustomer: () => ({ method: 'POST', path: '', body: { expressCustomerName: 'A' } }),
  expressCustomers: () => ({ method: 'GET', path: '' }),
  expressCustomer: (id) => ({ method: 'GET', path: `/${id}` }),
  updateExpressCustomer: (id) => ({ method: 'PATCH', path: `/${id}`, body: { expressCustomerName: 'B' } }),
  deactivateExpressCustomer: (id) => ({ method: 'POST', path: `/${id}/deactivate` }),
  reactivateExpressCustomer: (id) => ({ method: 'POST', path: `/${id}/reactivate` }),
  addUserToExpressCustomer: (id) => ({ method: 'POST', path: `/${id}/users`, body: { userId: USER } }),
  removeUserFromExpressCustomer: (id) => ({ method: 'DELETE', path: `/${id}/users`, body: { userId: USER } }),
};
