import { AppError } from '../shared/app-error.js';

/** How many keys of a clinic may be active at a time. It limits what a faulty client can create. */
export const MAX_ACTIVE_API_KEYS = 100;

/** No such key in the caller's clinic: unknown, malformed and another clinic's ids answer alike. */
export const apiKeyNotFound = (): AppError => new AppError('NOT_FOUND', 'There is no such API key in the clinic.');

/** A key was to be rotated that is revoked, expired or replaced already. */
export const apiKeyNotActive = (state: 'revoked' | 'expired' | 'replaced'): AppError =>
  new AppError('API_KEY_NOT_ACTIVE', `The API key is ${state}; rotate the one that replaced it, or create a new one.`);

/** A key was to revoke itself. */
export const apiKeyInUse = (): AppError =>
  new AppError(
    'API_KEY_IN_USE',
    'The call was made with this API key, and nobody might be left to create another; rotate it, or revoke it with another credential.',
  );

/** The clinic has as many active keys as it may. */
export const apiKeyLimitReached = (): AppError =>
  new AppError(
    'API_KEY_LIMIT_REACHED',
    `The clinic has ${MAX_ACTIVE_API_KEYS} active API keys, which is the limit; revoke those that nobody uses.`,
    { limit: MAX_ACTIVE_API_KEYS },
  );
