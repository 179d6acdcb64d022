import type { FetchImplementation, JWTVerifyGetKey } from 'jose' with { 'resolution-mode': 'import' };
import type { Logger } from 'pino';
import { serviceUnavailable } from '../../shared/app-error.js';
import { fetchIssuerKeys, IssuerError } from './issuer-client.js';
import type { OidcSettings } from './oidc-settings.js';

// Discovery and keys together.
const FETCH_WITHIN_MS = 1_800;
const FETCH_ONCE_IN_MS = 30_000;
// Without keys nobody can log in, so the issuer is asked more often.
const RETRY_WITHOUT_KEYS_MS = 2_000;
const REFRESH_AFTER_MS = 10 * 60_000;
const KEPT_FOR_MS = 24 * 3_600_000;
const UNAVAILABLE = 'The credential cannot be checked right now; try again in a moment.';

/** One line per fetch that did not give all keys: which URL, its HTTP status, and what was wrong. */
function logFailure(log: Logger, error: unknown): void {
  if (!(error instanceof IssuerError)) return log.warn({ err: error }, "the issuer's keys could not be fetched");
  const { url, status, reason } = error;
  log.warn({ url, status, reason }, "the issuer's keys could not be fetched");
}

/** Fetches the issuer's keys, at most once per interval, whether it answers or not. */
function throttledFetch(settings: OidcSettings, log: Logger, hasKeys: () => boolean): FetchImplementation {
  let attemptedAt = -Infinity;
  return async (_url, options) => {
    const restMs = hasKeys() ? FETCH_ONCE_IN_MS : RETRY_WITHOUT_KEYS_MS;
    if (performance.now() - attemptedAt < restMs) throw new Error('the issuer was asked a moment ago');
    attemptedAt = performance.now();
    try {
      const { url, keys, ignored } = await fetchIssuerKeys(settings, options);
      if (ignored > 0) log.warn({ url, ignored }, "some of the issuer's keys cannot be used");
      return Response.json({ keys });
    } catch (error) {
      logFailure(log, error);
      throw error;
    }
  };
}

/**
 * The keys with which the issuer signs dashboard tokens (a JSON Web Key Set). They are fetched at the first token, again after
 * 10 minutes in the background, and for an unknown key, but at most once per 30 s. While the issuer is down, keys that were
 * fetched stay valid for 24 hours.
 * @throws AppError SERVICE_UNAVAILABLE when there are no keys and none can be fetched: that says nothing about the token.
 */
export async function openJwks(settings: OidcSettings, log: Logger): Promise<JWTVerifyGetKey> {
  const { createRemoteJWKSet, customFetch } = await import('jose');
  const keys = createRemoteJWKSet(new URL(settings.jwksUrl ?? settings.issuer), {
    timeoutDuration: FETCH_WITHIN_MS,
    cooldownDuration: FETCH_ONCE_IN_MS,
    cacheMaxAge: KEPT_FOR_MS,
    [customFetch]: throttledFetch(settings, log, () => keys.jwks() !== undefined),
  });
  let refreshedAt = performance.now();
  return async (header, token) => {
    if (keys.fresh && performance.now() - refreshedAt > REFRESH_AFTER_MS) {
      refreshedAt = performance.now();
      keys.reload().catch(() => undefined);
    }
    try {
      return await keys(header, token);
    } catch (error) {
      throw keys.fresh ? error : serviceUnavailable("the issuer's keys are missing", UNAVAILABLE);
    }
  };
}
