import type { FieldError, FieldErrorCode } from './app-error.js';
import { parseInstant } from './instant.js';
import { PAGE_SIZE } from './page.js';
import { rule, type Rule } from './validation.js';

/** An error of a field, or of what is at a path within it. */
export const fieldError = (code: FieldErrorCode, message: string, path: FieldError['path'] = []): FieldError => ({
  path,
  code,
  message,
});

/** The error of a text that PostgreSQL cannot hold as it was sent. */
export const notStorable = (path: FieldError['path'] = []): FieldError =>
  fieldError('INVALID', 'NUL characters and lone surrogates cannot be stored.', path);

/** 1-100. */
export const pageSize: Rule = rule({ type: 'number', minimum: 1, maximum: PAGE_SIZE.max, multipleOf: 1 }, (first) =>
  Number.isInteger(first) && Number(first) >= 1 && Number(first) <= PAGE_SIZE.max
    ? []
    : [fieldError('INVALID', `The page size must be a whole number from 1 to ${PAGE_SIZE.max}.`)],
);

/** Any string; the list decides whether it is a cursor of its own. */
export const cursor: Rule = rule({ type: 'string' }, (after) =>
  typeof after === 'string' ? [] : [fieldError('INVALID', 'A cursor must be a string.')],
);

/** A date and time of RFC 3339 with an offset, from the year 1 to 9999 in UTC. */
export const instant: Rule = rule({ type: 'string', format: 'date-time' }, (value) => {
  const found = typeof value === 'string' ? parseInstant(value) : null;
  const isStored = found !== null && parseInstant(found.toISOString()) !== null;
  const message = 'A time must be a date and time that exist, with an offset, such as 2024-01-15T09:00:00Z.';
  return isStored ? [] : [fieldError('INVALID', message)];
});

const IDEMPOTENCY_KEY = /^[\x20-\x7e]{1,255}$/;

/** 1-255 printable ASCII characters. */
export const idempotencyKey: Rule = rule(
  { type: 'string', minLength: 1, maxLength: 255, pattern: IDEMPOTENCY_KEY.source },
  (value) => {
    if (value === '') return [fieldError('BLANK', 'An idempotency key must not be empty.')];
    const isKey = typeof value === 'string' && IDEMPOTENCY_KEY.test(value);
    return isKey ? [] : [fieldError('INVALID', 'An idempotency key must have 1-255 printable ASCII characters.')];
  },
);

/** For fields whose type GraphQL checks, such as enums: without a rule, the whitelist would reject the field as unknown. */
export const acceptsAny: Rule = () => [];
