import { collectFaults, type Fault, type FaultCode } from '../../shared/app-error.js';
import { PAGE_SIZE } from '../../shared/page.js';
import { hasVisibleCharacter, isLongerThan, isStorable } from '../../shared/text.js';
import { isUserId, USER_ID } from '../../shared/user-id.js';
import { rule, type JsonSchema, type Rule } from '../../shared/validation.js';

const MAX_NAME_LENGTH = 500;
const MAX_METADATA_PAIRS = 50;
const MAX_METADATA_KEY_LENGTH = 100;
const MAX_METADATA_VALUE_LENGTH = 1_000;
const MAX_UNSET_KEYS = 100;

const fault = (code: FaultCode, message: string, path: Fault['path'] = []): Fault => ({ path, code, message });

const unstorable = (path: Fault['path'] = []) =>
  fault('INVALID', 'NUL characters and lone surrogates cannot be stored.', path);

/** 1-500 code points, at least one of them visible. */
export const expressCustomerName: Rule = rule({ type: 'string', minLength: 1, maxLength: MAX_NAME_LENGTH }, (name) => {
  if (name === undefined || name === null) return [fault('REQUIRED', 'A name is needed.')];
  if (typeof name !== 'string') return [fault('INVALID', 'The name must be a string.')];
  if (isLongerThan(name, MAX_NAME_LENGTH))
    return [fault('TOO_LONG', `The name may have ${MAX_NAME_LENGTH} characters.`)];
  if (!isStorable(name)) return [unstorable()];
  if (!hasVisibleCharacter(name)) return [fault('BLANK', 'The name needs a visible character.')];
  return [];
});

/** Any storable text of at most 500 code points. An empty one is part of every name; a blank one is looked for as it is. */
export const nameContains: Rule = rule({ type: 'string', maxLength: MAX_NAME_LENGTH }, (part) => {
  if (typeof part !== 'string') return [fault('INVALID', 'The part of a name must be a string.')];
  if (isLongerThan(part, MAX_NAME_LENGTH)) {
    return [fault('TOO_LONG', `The part of a name may have ${MAX_NAME_LENGTH} characters.`)];
  }
  return isStorable(part) ? [] : [unstorable()];
});

// Named in answers, so cut to what a key may be.
const shown = (key: string): string => key.slice(0, MAX_METADATA_KEY_LENGTH).toWellFormed();

function metadataKey(key: string): Fault[] {
  if (key === '') return [fault('BLANK', 'A metadata key may not be empty.', [key])];
  if (isLongerThan(key, MAX_METADATA_KEY_LENGTH)) {
    return [fault('TOO_LONG', `A metadata key may have ${MAX_METADATA_KEY_LENGTH} characters.`, [shown(key)])];
  }
  return isStorable(key) ? [] : [unstorable([shown(key)])];
}

function metadataValue(key: string, value: unknown): Fault[] {
  if (typeof value !== 'string') return [fault('INVALID', 'A metadata value must be a string.', [shown(key)])];
  if (isLongerThan(value, MAX_METADATA_VALUE_LENGTH)) {
    return [fault('TOO_LONG', `A metadata value may have ${MAX_METADATA_VALUE_LENGTH} characters.`, [shown(key)])];
  }
  return isStorable(value) ? [] : [unstorable([shown(key)])];
}

/** What JSON Schema can say of metadata. */
export const METADATA_SCHEMA: JsonSchema = {
  type: 'object',
  maxProperties: MAX_METADATA_PAIRS,
  propertyNames: { type: 'string', minLength: 1, maxLength: MAX_METADATA_KEY_LENGTH },
  additionalProperties: { type: 'string', maxLength: MAX_METADATA_VALUE_LENGTH },
};

const pairCount = (count: number): Fault[] =>
  count > MAX_METADATA_PAIRS ? [fault('TOO_MANY', `Metadata may have ${MAX_METADATA_PAIRS} pairs.`)] : [];

/** At most 50 pairs. */
export const metadataSize = (metadata: object): Fault[] => pairCount(Object.keys(metadata).length);

/** A flat object of string to string: at most 50 pairs, keys 1-100 and values 0-1000 code points. */
export const metadata: Rule = rule(METADATA_SCHEMA, (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [fault('INVALID', 'Metadata must be an object of string to string.')];
  }
  const keys = Object.keys(value);
  const pairs = collectFaults(keys, (key) => [...metadataKey(key), ...metadataValue(key, Reflect.get(value, key))]);
  return [...pairCount(keys.length), ...pairs];
});

/** 1-100. */
export const pageSize: Rule = rule({ type: 'number', minimum: 1, maximum: PAGE_SIZE.max, multipleOf: 1 }, (first) =>
  Number.isInteger(first) && Number(first) >= 1 && Number(first) <= PAGE_SIZE.max
    ? []
    : [fault('INVALID', `A page has 1 to ${PAGE_SIZE.max} entries.`)],
);

/** Any string; whether it is a cursor of this list is known when the list is. */
export const cursor: Rule = rule({ type: 'string' }, (after) =>
  typeof after === 'string' ? [] : [fault('INVALID', 'A cursor is a string.')],
);

/** `usr_` and 32 lower-case hex digits; whether such a user exists is known to the subgraph that owns users. */
export const userId: Rule = rule({ type: 'string', pattern: USER_ID.source }, (value) => {
  if (value === undefined || value === null) return [fault('REQUIRED', 'A user id is needed.')];
  return isUserId(value) ? [] : [fault('INVALID', 'A user id is usr_ and 32 lower-case hex digits.')];
});

/** Any string: one of another form is an unknown customer, not a malformed input. */
export const expressCustomerId: Rule = rule({ type: 'string' }, (value) => {
  if (value === undefined || value === null) return [fault('REQUIRED', 'The id of a customer is needed.')];
  return typeof value === 'string' ? [] : [fault('INVALID', 'The id must be a string.')];
});

export const expectedVersion: Rule = rule({ type: 'integer', minimum: 1 }, (value) =>
  Number.isInteger(value) && Number(value) >= 1 ? [] : [fault('INVALID', 'A version is a whole number from 1.')],
);

const IDEMPOTENCY_KEY = /^[\x20-\x7e]{1,255}$/;

/** 1-255 printable ASCII characters. */
export const idempotencyKey: Rule = rule(
  { type: 'string', minLength: 1, maxLength: 255, pattern: IDEMPOTENCY_KEY.source },
  (value) => {
    if (value === '') return [fault('BLANK', 'An idempotency key may not be empty.')];
    const isKey = typeof value === 'string' && IDEMPOTENCY_KEY.test(value);
    return isKey ? [] : [fault('INVALID', 'An idempotency key is 1-255 printable ASCII characters.')];
  },
);

/** The keys to take out of metadata; one that is not there does no harm. */
export const metadataKeys: Rule = rule(
  {
    type: 'array',
    maxItems: MAX_UNSET_KEYS,
    items: { type: 'string', minLength: 1, maxLength: MAX_METADATA_KEY_LENGTH },
  },
  (value) => {
    if (!Array.isArray(value)) return [fault('INVALID', 'A list of metadata keys is expected.')];
    const tooMany = fault('TOO_MANY', `At most ${MAX_UNSET_KEYS} keys can be unset at once.`);
    const keys = collectFaults(value, (key: unknown, index) =>
      typeof key === 'string'
        ? metadataKey(key).map((broken) => ({ ...broken, path: [index] }))
        : [fault('INVALID', 'A metadata key is a string.', [index])],
    );
    return [...(value.length > MAX_UNSET_KEYS ? [tooMany] : []), ...keys];
  },
);

/** For fields whose type GraphQL already holds to, such as enums. */
export const anything: Rule = () => [];
