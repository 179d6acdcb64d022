import { PAGE_SIZE } from '../../shared/page.js';
import { idempotencyKey, instant, pageSize } from '../../shared/rules.js';
import type { JsonSchema } from '../../shared/validation.js';
import { CreateExpressCustomerInput } from '../contract/create-express-customer.input.js';
import { AddUserToExpressCustomerInput, RemoveUserFromExpressCustomerInput } from '../contract/membership.inputs.js';
import { UpdateExpressCustomerInput } from '../contract/update-express-customer.input.js';
import { ExpressCustomerOrder } from '../model/customer-list.js';
import { customerOrder } from '../model/list-rules.js';
import { nameContains } from '../model/rules.js';
import { buildBodySchema } from './openapi-schemas.js';

export { addExamples } from './openapi-examples.js';
export { restSchemas } from './openapi-schemas.js';

/** The group of all operations. */
export const REST_TAG = {
  name: 'Express customers',
  description: 'Create, find and change the customers of the clinic to which the API key belongs.',
};

type Class = new () => object;

const etag = { etag: { type: 'string', description: 'Version of the customer, to be sent as If-Match.' } };
const retryAfter = {
  'retry-after': {
    type: 'integer',
    minimum: 1,
    maximum: 59,
    description: 'Seconds after which to send the request again.',
  },
};

/** When a request fails, by status; the table of codes is in docs/errors.md. */
const FAILURES = {
  400: { description: 'BAD_USER_INPUT: the input breaks a rule. QUERY_TOO_COMPLEX: the answer would be too large.' },
  401: { description: 'UNAUTHENTICATED: no valid API key.' },
  403: { description: 'FORBIDDEN: the API key lacks the scope.' },
  404: { description: "NOT_FOUND: no such customer in the caller's clinic." },
  409: { description: 'EXPRESS_CUSTOMER_INACTIVE: a deactivated customer takes no users.' },
  412: { description: 'VERSION_CONFLICT: the customer no longer has the version of If-Match.' },
  413: { description: 'PAYLOAD_TOO_LARGE: the body is too large.' },
  422: { description: 'IDEMPOTENCY_KEY_REUSED: the key was used with another input.' },
  429: { description: 'RATE_LIMITED: the API key has spent its points.', headers: retryAfter },
  500: { description: 'INTERNAL_SERVER_ERROR: an unexpected error.' },
  503: { description: 'SERVICE_UNAVAILABLE: try again after Retry-After.', headers: retryAfter },
} as const;

type FailureStatus = keyof typeof FAILURES;

/** What may happen to every request. */
const COMMON: FailureStatus[] = [400, 401, 403, 429, 500, 503];

function buildResponses(name: string, description: string, failures: FailureStatus[]): JsonSchema {
  const failed = [...COMMON, ...failures].map((status) => [status, { ...FAILURES[status], $ref: 'Error#' }]);
  const success = { description, $ref: `${name}#`, ...(name === 'ExpressCustomer' && { headers: etag }) };
  return { 200: success, ...(Object.fromEntries(failed) as JsonSchema) };
}

const ifMatch = {
  'if-match': { type: 'string', description: 'Change the customer only if it still has this ETag; otherwise 412.' },
};
const header = (properties: JsonSchema) => ({ type: 'object', properties });
const path = {
  type: 'object',
  required: ['expressCustomerId'],
  properties: { expressCustomerId: { type: 'string', description: 'Id of the customer.' } },
};

const listQuery: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    cursor: { type: 'string', minLength: 1, description: '`cursor` of the previous page.' },
    limit: { ...pageSize.schema, default: PAGE_SIZE.default, description: 'Page size; 20.0 equals 20.' },
    expressCustomerName: { ...nameContains.schema, description: 'Part of the name, ignoring case and accents.' },
    createdAfter: { ...instant.schema, description: 'Only customers that were created later than this time.' },
    updatedAfter: { ...instant.schema, description: 'Only customers whose last change is later than this time.' },
    orderBy: {
      ...customerOrder.schema,
      default: ExpressCustomerOrder.CREATED_AT_DESC,
      description: 'Order of the list; to read what was changed since a time: UPDATED_AT_ASC with updatedAfter.',
    },
  },
};

const READS = 'Needs the scope express:read.';
const WRITES = 'Needs the scope express:write.';

/** Summary and description of each operation. */
const TEXTS: Record<string, [summary: string, description: string]> = {
  createExpressCustomer: [
    'Creates a customer',
    `${WRITES} Send an Idempotency-Key wherever the call may be repeated: without one, each call creates a customer.`,
  ],
  expressCustomers: [
    'Lists customers, newest first',
    `${READS} Pass \`cursor\` back until it is null. Customers that are created meanwhile do not shift the pages.`,
  ],
  expressCustomer: [
    'Retrieves a customer',
    `${READS} The ETag is the version of the customer, to be sent as If-Match with a change.`,
  ],
  updateExpressCustomer: [
    'Changes the given fields of a customer',
    `${WRITES} Fields that are left out stay as they are; metadata is replaced as a whole, and null clears it.`,
  ],
  deactivateExpressCustomer: [
    'Closes a customer to new studies and users',
    `${WRITES} Nothing is deleted, and repeating the call changes nothing.`,
  ],
  reactivateExpressCustomer: ['Reopens a deactivated customer', `${WRITES} Repeating the call changes nothing.`],
  addUserToExpressCustomer: [
    'Adds a user to a customer',
    `${WRITES} Adding a user again changes nothing. Whether the user exists is not checked.`,
  ],
  removeUserFromExpressCustomer: [
    'Removes a user from a customer',
    `${WRITES} The body names the user. Removing a user again changes nothing.`,
  ],
};

const describeChange = (body?: Class): JsonSchema => ({
  params: path,
  headers: header(ifMatch),
  ...(body && { body: buildBodySchema(body) }),
  response: buildResponses('ExpressCustomer', 'The customer after the change.', [404, 412, 413]),
});

const describeMembership = (body: Class, failures: FailureStatus[]): JsonSchema => ({
  params: path,
  headers: header(ifMatch),
  body: buildBodySchema(body),
  response: buildResponses('Success', 'Done, now or by an earlier call.', [404, 412, 413, ...failures]),
});

const describeCalls = (): Record<string, JsonSchema> => ({
  createExpressCustomer: {
    headers: header({
      'idempotency-key': {
        ...idempotencyKey.schema,
        description: 'Makes the call repeatable for 24 hours: the same key and input return the same customer.',
      },
    }),
    body: buildBodySchema(CreateExpressCustomerInput),
    response: buildResponses('ExpressCustomer', 'The created customer.', [413, 422]),
  },
  expressCustomers: {
    querystring: listQuery,
    response: buildResponses('ExpressCustomerList', 'One page of customers.', []),
  },
  expressCustomer: { params: path, response: buildResponses('ExpressCustomer', 'The customer.', [404]) },
  updateExpressCustomer: describeChange(UpdateExpressCustomerInput),
  deactivateExpressCustomer: describeChange(),
  reactivateExpressCustomer: describeChange(),
  addUserToExpressCustomer: describeMembership(AddUserToExpressCustomerInput, [409]),
  removeUserFromExpressCustomer: describeMembership(RemoveUserFromExpressCustomerInput, []),
});

/** The OpenAPI description of each operation, by its operationId. */
export function restOperations(): Record<string, JsonSchema> {
  const calls = Object.entries(describeCalls());
  return Object.fromEntries(
    calls.map(([operationId, call]) => {
      const [summary, description] = TEXTS[operationId]!;
      return [operationId, { summary, description, ...call }];
    }),
  );
}
