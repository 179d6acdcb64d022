import { getMetadataStorage } from 'type-graphql';
import { ERROR_STATUS, FIELD_ERROR_CODES, MAX_FIELD_ERRORS } from '../../shared/app-error.js';
import { DateTimeScalar, JsonScalar } from '../../shared/scalars.js';
import { getRules, type JsonSchema } from '../../shared/validation.js';
import { ExpressCustomer } from '../contract/express-customer.type.js';
import { expressCustomerName, METADATA_SCHEMA, userId } from '../model/rules.js';

type Class = new () => object;

/** Of GraphQL's input fields those that REST has elsewhere, in the path or in a header, or not at all. */
const FIELDS_OUTSIDE_BODY = new Set(['expressCustomerId', 'expectedVersion', 'idempotencyKey', 'externalReferenceId']);
const NOT_IN_REST = new Set(['id', 'version', 'externalReferenceId']);

const getFields = (type: Class) => getMetadataStorage().fields.filter(({ target }) => target === type);

type Field = ReturnType<typeof getFields>[number];

const listRequired = (fields: Field[]): string[] =>
  fields.filter(({ typeOptions }) => !typeOptions.nullable).map(({ name }) => name);

/** A request body: limits from the rules of the input class, texts from its GraphQL descriptions. */
export function buildBodySchema(input: Class): JsonSchema {
  const rules = getRules(input);
  const fields = getFields(input).filter(({ name }) => !FIELDS_OUTSIDE_BODY.has(name));
  const required = listRequired(fields);
  const properties = Object.fromEntries(
    fields.map(({ name, description }) => [name, { ...rules.get(name)?.schema, description }]),
  );
  return { type: 'object', additionalProperties: false, properties, ...(required.length > 0 && { required }) };
}

/** What REST promises of a customer's fields beyond their GraphQL types and descriptions. */
const CUSTOMER_FIELDS: Record<string, JsonSchema> = {
  expressCustomerId: { pattern: '^cus_[0-9a-f]{32}$' },
  expressCustomerName: { ...expressCustomerName.schema },
  userCount: { format: 'int32', minimum: 0 },
  createdByApiKeyId: {
    format: 'uuid',
    description: 'UUID of the API key that created the customer; left out if a dashboard user did.',
  },
  createdByUserId: {
    ...userId.schema,
    description: 'Id of the dashboard user who created the customer; left out if an API key did.',
  },
};

function buildTypeSchema(type: unknown): JsonSchema {
  if (type === DateTimeScalar) return { type: 'string', format: 'date-time' };
  if (type === JsonScalar) return METADATA_SCHEMA;
  if (type === Boolean) return { type: 'boolean' };
  return { type: type === String || (type as { name?: string }).name === 'ID' ? 'string' : 'integer' };
}

function buildCustomerSchema(): JsonSchema {
  const fields = getFields(ExpressCustomer).filter(({ name, params }) => !NOT_IN_REST.has(name) && !params?.length);
  const properties = fields.map(({ name, description, getType }) => [
    name,
    { ...buildTypeSchema(getType()), description, ...CUSTOMER_FIELDS[name] },
  ]);
  return { type: 'object', properties: Object.fromEntries(properties) as JsonSchema, required: listRequired(fields) };
}

const fieldError: JsonSchema = {
  type: 'object',
  required: ['path', 'code', 'message'],
  properties: {
    path: { type: 'array', items: { type: ['string', 'integer'] }, description: 'Where the field is in the input.' },
    code: { type: 'string', enum: FIELD_ERROR_CODES, description: 'The kind of rule.' },
    message: { type: 'string', description: 'What is wrong and what is allowed; never the value itself.' },
  },
};

/** Codes of operations that only GraphQL has. */
const ONLY_IN_GRAPHQL = new Set([
  'API_KEY_IN_USE',
  'API_KEY_LIMIT_REACHED',
  'API_KEY_NOT_ACTIVE',
  'OPERATION_NOT_TRUSTED',
]);
const CODES = Object.keys(ERROR_STATUS).filter((code) => !ONLY_IN_GRAPHQL.has(code));

const error: JsonSchema = {
  type: 'object',
  required: ['code', 'message', 'requestId'],
  properties: {
    code: { type: 'string', enum: CODES, description: 'What to act on.' },
    message: { type: 'string', description: 'For people; it never repeats a value that was sent.' },
    fields: {
      type: 'array',
      maxItems: MAX_FIELD_ERRORS,
      items: fieldError,
      description: 'Every broken rule of the input, with BAD_USER_INPUT.',
    },
    retryAfter: {
      type: 'integer',
      minimum: 1,
      maximum: 59,
      description: 'Seconds to wait, with RATE_LIMITED and SERVICE_UNAVAILABLE.',
    },
    currentVersion: { type: 'integer', minimum: 1, description: 'Current version, with VERSION_CONFLICT.' },
    limit: { type: 'integer', minimum: 0, description: 'The limit that was exceeded, with QUERY_TOO_COMPLEX.' },
    requested: { type: 'integer', minimum: 0, description: 'How much was requested, with QUERY_TOO_COMPLEX.' },
    requestId: { type: 'string', description: 'Quote it when you report a problem.' },
    docs: { type: 'string', description: 'Path of its explanation, where this service shows the documentation.' },
  },
};

/** The schemas of response bodies, by name. */
export const restSchemas = (): Record<string, JsonSchema> => ({
  ExpressCustomer: buildCustomerSchema(),
  ExpressCustomerList: {
    type: 'object',
    required: ['expressCustomers', 'cursor', 'hasMore'],
    properties: {
      expressCustomers: { type: 'array', items: { $ref: 'ExpressCustomer#' } },
      cursor: { type: ['string', 'null'], description: 'Pass as `cursor` for the next page; null on the last page.' },
      hasMore: { type: 'boolean', description: 'Whether another page follows.' },
    },
  },
  Success: {
    type: 'object',
    required: ['success'],
    properties: { success: { const: true }, message: { type: 'string' } },
  },
  Error: error,
});
