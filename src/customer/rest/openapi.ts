import { PAGE_SIZE } from '../../shared/page.js';
import type { JsonSchema } from '../../shared/validation.js';
import { CreateExpressCustomerInput } from '../contract/create-express-customer.input.js';
import { AddUserToExpressCustomerInput, RemoveUserFromExpressCustomerInput } from '../contract/membership.inputs.js';
import { UpdateExpressCustomerInput } from '../contract/update-express-customer.input.js';
import { idempotencyKey, nameContains, pageSize } from '../model/rules.js';
import { buildBodySchema } from './openapi-schemas.js';

export { restSchemas } from './openapi-schemas.js';

type Class = new () => object;

const etag = { etag: { type: 'string', description: 'Version of the customer, to be sent as If-Match.' } };
const retryAfter = {
  'retry-after': { type: 'integer', maximum: 59, description: 'Seconds after which to send the request again.' },
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
  },
};

const describeChange = (summary: string, body?: Class): JsonSchema => ({
  summary,
  params: path,
  headers: header(ifMatch),
  ...(body && { body: buildBodySchema(body) }),
  response: buildResponses('ExpressCustomer', 'The customer after the change.', [404, 412, 413]),
});

const describeMembership = (summary: string, body: Class, failures: FailureStatus[]): JsonSchema => ({
  summary,
  params: path,
  body: buildBodySchema(body),
  response: buildResponses('Success', 'Done, now or by an earlier call.', [404, 413, ...failures]),
});

/** The OpenAPI description of each operation, by its operationId. */
export const restOperations = (): Record<string, JsonSchema> => ({
  createExpressCustomer: {
    summary: 'Creates a customer',
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
    summary: 'Lists customers, newest first',
    querystring: listQuery,
    response: buildResponses('ExpressCustomerList', 'One page of customers.', []),
  },
  expressCustomer: {
    summary: 'Retrieves a customer',
    params: path,
    response: buildResponses('ExpressCustomer', 'The customer.', [404]),
  },
  updateExpressCustomer: describeChange('Changes the given fields of a customer', UpdateExpressCustomerInput),
  deactivateExpressCustomer: describeChange('Closes a customer to new studies and users'),
  reactivateExpressCustomer: describeChange('Reopens a deactivated customer'),
  addUserToExpressCustomer: describeMembership('Adds a user to a customer', AddUserToExpressCustomerInput, [409]),
  removeUserFromExpressCustomer: describeMembership(
    'Removes a user from a customer',
    RemoveUserFromExpressCustomerInput,
    [],
  ),
});
