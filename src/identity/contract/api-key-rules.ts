import { collectFieldErrors } from '../../shared/app-error.js';
import { fieldError, notStorable } from '../../shared/rules.js';
import { hasVisibleCharacter, isLongerThan, isStorable } from '../../shared/text.js';
import { rule, type Rule } from '../../shared/validation.js';
import { SCOPES } from '../actor.js';

const MAX_DESCRIPTION_LENGTH = 500;
const MAX_OVERLAP_SECONDS = 30 * 24 * 60 * 60;

/** 1-500 code points, at least one of them visible. */
export const apiKeyDescription: Rule = rule(
  { type: 'string', minLength: 1, maxLength: MAX_DESCRIPTION_LENGTH },
  (description) => {
    if (description === undefined || description === null)
      return [fieldError('REQUIRED', 'A description is required.')];
    if (typeof description !== 'string') return [fieldError('INVALID', 'The description must be a string.')];
    if (isLongerThan(description, MAX_DESCRIPTION_LENGTH))
      return [fieldError('TOO_LONG', `The description is too long: at most ${MAX_DESCRIPTION_LENGTH} characters.`)];
    if (!isStorable(description)) return [notStorable()];
    return hasVisibleCharacter(description) ? [] : [fieldError('BLANK', 'The description needs a visible character.')];
  },
);

const isScope = (scope: unknown): boolean => (SCOPES as readonly unknown[]).includes(scope);

/** Scopes that there are, at least one; the order makes no difference, nor does one that is repeated. */
export const apiKeyScopes: Rule = rule({ type: 'array', minItems: 1, items: { enum: SCOPES } }, (scopes) => {
  const allowed = SCOPES.join(', ');
  if (!Array.isArray(scopes) || scopes.length === 0)
    return [fieldError('INVALID', `The scopes must be a list of at least one of ${allowed}.`)];
  return collectFieldErrors(scopes, (scope: unknown, index) =>
    isScope(scope) ? [] : [fieldError('INVALID', `There is no such scope: the scopes are ${allowed}.`, [index])],
  );
});

/** Any string: one of another form is an unknown key, not a malformed input. */
export const apiKeyId: Rule = rule({ type: 'string' }, (value) => {
  if (value === undefined || value === null) return [fieldError('REQUIRED', 'The id of an API key is required.')];
  return typeof value === 'string' ? [] : [fieldError('INVALID', 'The id must be a string.')];
});

/** 0 seconds to 30 days. */
export const overlapSeconds: Rule = rule(
  { type: 'number', minimum: 0, maximum: MAX_OVERLAP_SECONDS, multipleOf: 1 },
  (seconds) =>
    Number.isInteger(seconds) && Number(seconds) >= 0 && Number(seconds) <= MAX_OVERLAP_SECONDS
      ? []
      : [fieldError('INVALID', `The overlap must be a whole number of seconds from 0 to ${MAX_OVERLAP_SECONDS}.`)],
);
