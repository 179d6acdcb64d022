import { collectFieldErrors, type FieldError } from '../../shared/app-error.js';
import { isPlainObject } from '../../shared/is-plain-object.js';
import { fieldError, notStorable } from '../../shared/rules.js';
import { hasVisibleCharacter, isLongerThan, isStorable } from '../../shared/text.js';
import { isUserId, USER_ID } from '../../shared/user-id.js';
import { rule, type JsonSchema, type Rule } from '../../shared/validation.js';

const MAX_NAME_LENGTH = 500;
const MAX_EXTERNAL_REFERENCE_LENGTH = 255;
const MAX_METADATA_PAIRS = 50;
const MAX_METADATA_KEY_LENGTH = 100;
const MAX_METADATA_VALUE_LENGTH = 1_000;
const MAX_UNSET_KEYS = 100;

/** 1-500 code points, at least one of them visible. */
export const expressCustomerName: Rule = rule({ type: 'string', minLength: 1, maxLength: MAX_NAME_LENGTH }, (name) => {
  if (name === undefined || name === null) return [fieldError('REQUIRED', 'A name is required.')];
  if (typeof name !== 'string') return [fieldError('INVALID', 'The name must be a string.')];
  if (isLongerThan(name, MAX_NAME_LENGTH))
    return [fieldError('TOO_LONG', `The name is too long: at most ${MAX_NAME_LENGTH} characters.`)];
  if (!isStorable(name)) return [notStorable()];
  if (!hasVisibleCharacter(name)) return [fieldError('BLANK', 'The name needs a visible character.')];
  return [];
});

/** 1-255 code points, at least one of them visible. */
export const externalReferenceId: Rule = rule(
  { type: 'string', minLength: 1, maxLength: MAX_EXTERNAL_REFERENCE_LENGTH },
  (reference) => {
    if (reference === undefined || reference === null) return [fieldError('REQUIRED', 'A reference is required.')];
    if (typeof reference !== 'string') return [fieldError('INVALID', 'The reference must be a string.')];
    if (isLongerThan(reference, MAX_EXTERNAL_REFERENCE_LENGTH))
      return [
        fieldError('TOO_LONG', `The reference is too long: at most ${MAX_EXTERNAL_REFERENCE_LENGTH} characters.`),
      ];
    if (!isStorable(reference)) return [notStorable()];
    return hasVisibleCharacter(reference) ? [] : [fieldError('BLANK', 'The reference needs a visible character.')];
  },
);

/** A text of any other form is no customer's reference. */
export const isExternalReference = (text: string): boolean => externalReferenceId(text).length === 0;

/** Any storable text of at most 500 code points. An empty one is part of every name; white space is searched for as it is. */
export const nameContains: Rule = rule({ type: 'string', maxLength: MAX_NAME_LENGTH }, (part) => {
  if (typeof part !== 'string') return [fieldError('INVALID', 'The part of a name must be a string.')];
  if (isLongerThan(part, MAX_NAME_LENGTH)) {
    return [fieldError('TOO_LONG', `The part of a name is too long: at most ${MAX_NAME_LENGTH} characters.`)];
  }
  return isStorable(part) ? [] : [notStorable()];
});

// Answers name the key, cut to the length that a key may have.
const toShownKey = (key: string): string => key.slice(0, MAX_METADATA_KEY_LENGTH).toWellFormed();

function checkMetadataKey(key: string): FieldError[] {
  if (key === '') return [fieldError('BLANK', 'A metadata key must not be empty.', [key])];
  if (isLongerThan(key, MAX_METADATA_KEY_LENGTH)) {
    return [
      fieldError('TOO_LONG', `A metadata key is too long: at most ${MAX_METADATA_KEY_LENGTH} characters.`, [
        toShownKey(key),
      ]),
    ];
  }
  return isStorable(key) ? [] : [notStorable([toShownKey(key)])];
}

function checkMetadataValue(key: string, value: unknown): FieldError[] {
  if (typeof value !== 'string')
    return [fieldError('INVALID', 'A metadata value must be a string.', [toShownKey(key)])];
  if (isLongerThan(value, MAX_METADATA_VALUE_LENGTH)) {
    return [
      fieldError('TOO_LONG', `A metadata value is too long: at most ${MAX_METADATA_VALUE_LENGTH} characters.`, [
        toShownKey(key),
      ]),
    ];
  }
  return isStorable(value) ? [] : [notStorable([toShownKey(key)])];
}

/** What JSON Schema can express of metadata. */
export const METADATA_SCHEMA: JsonSchema = {
  type: 'object',
  maxProperties: MAX_METADATA_PAIRS,
  propertyNames: { type: 'string', minLength: 1, maxLength: MAX_METADATA_KEY_LENGTH },
  additionalProperties: { type: 'string', maxLength: MAX_METADATA_VALUE_LENGTH },
};

const checkPairCount = (count: number): FieldError[] =>
  count > MAX_METADATA_PAIRS
    ? [fieldError('TOO_MANY', `Metadata has too many pairs: at most ${MAX_METADATA_PAIRS}.`)]
    : [];

/** At most 50 pairs. */
export const checkMetadataSize = (metadata: object): FieldError[] => checkPairCount(Object.keys(metadata).length);

/** A flat object of string to string: at most 50 pairs, keys 1-100 and values 0-1000 code points. */
export const metadata: Rule = rule(METADATA_SCHEMA, (value) => {
  if (!isPlainObject(value)) return [fieldError('INVALID', 'Metadata must be an object of string to string.')];
  const keys = Object.keys(value);
  const pairs = collectFieldErrors(keys, (key) => [...checkMetadataKey(key), ...checkMetadataValue(key, value[key])]);
  return [...checkPairCount(keys.length), ...pairs];
});

/** `usr_` and 32 lower-case hex digits; whether such a user exists is known to the subgraph that owns users. */
export const userId: Rule = rule({ type: 'string', pattern: USER_ID.source }, (value) => {
  if (value === undefined || value === null) return [fieldError('REQUIRED', 'A user id is required.')];
  return isUserId(value) ? [] : [fieldError('INVALID', 'A user id must be usr_ followed by 32 lower-case hex digits.')];
});

/** Any string: one of another form is an unknown customer, not a malformed input. */
export const expressCustomerId: Rule = rule({ type: 'string' }, (value) => {
  if (value === undefined || value === null) return [fieldError('REQUIRED', 'The id of a customer is required.')];
  return typeof value === 'string' ? [] : [fieldError('INVALID', 'The id must be a string.')];
});

export const expectedVersion: Rule = rule({ type: 'integer', minimum: 1 }, (value) =>
  Number.isInteger(value) && Number(value) >= 1
    ? []
    : [fieldError('INVALID', 'A version must be a whole number from 1.')],
);

/** The keys to remove from metadata; a key that is absent is ignored. */
export const metadataKeys: Rule = rule(
  {
    type: 'array',
    maxItems: MAX_UNSET_KEYS,
    items: { type: 'string', minLength: 1, maxLength: MAX_METADATA_KEY_LENGTH },
  },
  (value) => {
    if (!Array.isArray(value)) return [fieldError('INVALID', 'The keys to unset must be a list of strings.')];
    const tooMany = fieldError('TOO_MANY', `There are too many keys to unset: at most ${MAX_UNSET_KEYS} per call.`);
    const keys = collectFieldErrors(value, (key: unknown, index) =>
      typeof key === 'string'
        ? checkMetadataKey(key).map((broken) => ({ ...broken, path: [index] }))
        : [fieldError('INVALID', 'A metadata key must be a string.', [index])],
    );
    return [...(value.length > MAX_UNSET_KEYS ? [tooMany] : []), ...keys];
  },
);
