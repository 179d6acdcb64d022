import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { getMetadataStorage } from 'type-graphql';
import { ERROR_STATUS } from '../../shared/app-error.js';
import { PAGE_SIZE } from '../../shared/page.js';
import { DateTimeScalar, JsonScalar } from '../../shared/scalars.js';
import type { JsonSchema, Rule } from '../../shared/validation.js';
import { CreateExpressCustomerInput } from '../contract/create-express-customer.input.js';
import { ExpressCustomer } from '../contract/express-customer.type.js';
import { AddUserToExpressCustomerInput, RemoveUserFromExpressCustomerInput } from '../contract/membership.inputs.js';
import { METADATA_SCHEMA, pageSize } from '../model/rules.js';
import { UpdateExpressCustomerInput } from '../contract/update-express-customer.input.js';

type Class = new () => object;

// Of GraphQL's fields, those that REST has elsewhere: in the address or in a header.
const ELSEWHERE = new Set(['expressCustomerId', 'expectedVersion', 'idempotencyKey']);
const NOT_IN_REST = new Set(['id', 'version']);

const fieldsOf = (type: Class) => getMetadataStorage().fields.filter(({ target }) => target === type);

function ruleSchemas(input: Class): Record<string, JsonSchema> {
  const { properties = {} } = targetConstructorToSchema(input, {
    additionalConverters: {
      rule: ({ context }: { context?: { rule: Rule } }) => context?.rule.schema ?? {},
    },
  });
  return properties as Record<string, JsonSchema>;
}

/** A request body: limits from the rules of the input class, texts from its GraphQL descriptions. */
function bodySchema(input: Class): JsonSchema {
  const schemas = ruleSchemas(input);
  const fields = fieldsOf(input).filter(({ name }) => !ELSEWHERE.has(name));
  const required = fields.filter(({ typeOptions }) => !typeOptions.nullable).map(({ name }) => name);
  const properties = Object.fromEntries(
    fields.map(({ name, description }) => [name, { ...schemas[name], description }]),
  );
  return { type: 'object', additionalProperties: false, properties, ...(required.length > 0 && { required }) };
}

function answerType(type: unknown): JsonSchema {
  if (type === DateTimeScalar) return { type: 'string', format: 'date-time' };
  if (type === JsonScalar) return METADATA_SCHEMA;
  if (type === Boolean) return { type: 'boolean' };
  return { type: type === String || (type as { name?: string }).name === 'ID' ? 'string' : 'integer' };
}

function customerSchema(): JsonSchema {
  const fields = fieldsOf(ExpressCustomer).filter(({ name, params }) => !NOT_IN_REST.has(name) && !params?.length);
  const properties = fields.map(({ name, description, getType }) => [name, { ...answerType(getType()), description }]);
  const required = fields.filter(({ typeOptions }) => !typeOptions.nullable).map(({ name }) => name);
  return { type: 'object', properties: Object.fromEntries(properties) as JsonSchema, required };
}

const fault: JsonSchema = {
  type: 'object',
  required: ['path', 'code', 'message'],
  properties: {
    path: { type: 'array', items: { type: ['string', 'integer'] } },
    code: { enum: ['REQUIRED', 'BLANK', 'TOO_LONG', 'TOO_MANY', 'INVALID', 'UNKNOWN'] },
    message: { type: 'string' },
  },
};

/** What answers are made of, by name. */
export const restSchemas = (): Record<string, JsonSchema> => ({
  ExpressCustomer: customerSchema(),
  ExpressCustomerList: {
    type: 'object',
    required: ['expressCustomers', 'cursor', 'hasMore'],
    properties: {
      expressCustomers: { type: 'array', items: { $ref: 'ExpressCustomer#' } },
      cursor: { type: ['string', 'null'], description: 'Pass it back for the next page; null on the last one.' },
      hasMore: { type: 'boolean', description: 'Whether another page follows.' },
    },
  },
  Success: {
    type: 'object',
    required: ['success'],
    properties: { success: { const: true }, message: { type: 'string' } },
  },
  Error: {
    type: 'object',
    required: ['code', 'message', 'requestId'],
    properties: {
      code: { enum: Object.keys(ERROR_STATUS), description: 'What to act on.' },
      message: { type: 'string', description: 'For people; it never repeats what was sent.' },
      fields: { type: 'array', maxItems: 100, items: fault, description: 'Every broken rule of the input.' },
      retryAfter: {
        type: 'integer',
        maximum: 59,
        description: 'Seconds to wait, with RATE_LIMITED and SERVICE_UNAVAILABLE.',
      },
      currentVersion: { type: 'integer', description: 'With VERSION_CONFLICT.' },
      requestId: { type: 'string', description: 'Quote it when you report a problem.' },
    },
  },
});

const etag = { etag: { type: 'string', description: 'The version of the customer, for If-Match.' } };
const ifMatch = {
  'if-match': { type: 'string', description: 'Change only when the customer still has this ETag; else 412.' },
};
const header = (properties: JsonSchema) => ({ type: 'object', properties });
const address = {
  type: 'object',
  required: ['expressCustomerId'],
  properties: { expressCustomerId: { type: 'string' } },
};
const failed = { description: 'Refused; `code` says why.', $ref: 'Error#' };

const answers = (name: string, description: string): JsonSchema => ({
  200: { description, $ref: `${name}#`, ...(name === 'ExpressCustomer' && { headers: etag }) },
  '4xx': failed,
  '5xx': failed,
});

const listQuery: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    cursor: { type: 'string', minLength: 1, description: 'The cursor of the page before.' },
    limit: {
      ...pageSize.schema,
      default: PAGE_SIZE.default,
      description: 'How many customers a page has; 20.0 is as good as 20.',
    },
    expressCustomerName: { type: 'string', description: 'Part of the name, ignoring case and accents.' },
  },
};

const changes = (summary: string, body?: Class): JsonSchema => ({
  summary,
  params: address,
  headers: header(ifMatch),
  ...(body && { body: bodySchema(body) }),
  response: answers('ExpressCustomer', 'The customer after it.'),
});

const membership = (summary: string, body: Class): JsonSchema => ({
  summary,
  params: address,
  headers: header(ifMatch),
  body: bodySchema(body),
  response: answers('Success', 'It is so now.'),
});

/** What the API description says of each operation. */
export const restOperations = (): Record<string, JsonSchema> => ({
  createExpressCustomer: {
    summary: 'Creates a customer',
    headers: header({
      'idempotency-key': {
        type: 'string',
        minLength: 1,
        maxLength: 255,
        description: 'Makes the call repeatable for 24 hours.',
      },
    }),
    body: bodySchema(CreateExpressCustomerInput),
    response: answers('ExpressCustomer', 'The customer, stored.'),
  },
  expressCustomers: {
    summary: 'Lists customers, newest first',
    querystring: listQuery,
    response: answers('ExpressCustomerList', 'One page.'),
  },
  expressCustomer: {
    summary: 'Retrieves a customer',
    params: address,
    response: answers('ExpressCustomer', 'The customer.'),
  },
  updateExpressCustomer: changes('Changes the fields that are given', UpdateExpressCustomerInput),
  deactivateExpressCustomer: changes('Bars a customer from new studies and users'),
  reactivateExpressCustomer: changes('Restores a deactivated customer'),
  addUserToExpressCustomer: membership('Adds a user', AddUserToExpressCustomerInput),
  removeUserFromExpressCustomer: membership('Removes a user', RemoveUserFromExpressCustomerInput),
});
