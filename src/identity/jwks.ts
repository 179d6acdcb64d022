import type { FetchImplementation, JWTVerifyGetKey } from 'jose' with { 'resolution-mode': 'import' };
import type { Logger } from 'pino';
import { AppError } from '../shared/app-error.js';
import type { OidcSettings } from './oidc-settings.js';

// Discovery and keys together.
const FETCH_WITHIN_MS = 1_800;
const FETCH_ONCE_IN_MS = 30_000;
// While there are no keys at all nobody can log in, so the issuer's return is noticed sooner.
const RETRY_WITHOUT_KEYS_MS = 2_000;
const REFRESH_AFTER_MS = 10 * 60_000;
const KEPT_FOR_MS = 24 * 3_600_000;
const RETRY_AFTER_S = 2;

const unavailable = (): AppError =>
  new AppError('SERVICE_UNAVAILABLE', 'The credential cannot be checked right now; try again in a moment.', {
    retryAfter: RETRY_AFTER_S,
  });

async function discover(issuer: string, options: RequestInit): Promise<string> {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, options);
  const document = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
  if (document.issuer !== issuer || typeof document.jwks_uri !== 'string')
    throw new Error('the discovery document is not of this issuer');
  if (new URL(document.jwks_uri).protocol !== new URL(issuer).protocol)
    throw new Error('the discovery document names an address without TLS');
  return document.jwks_uri;
}

/** Asks the issuer for its keys, at most once in a while, whether it answers or not. */
function restrainedFetch(settings: OidcSettings, log: Logger, hasKeys: () => boolean): FetchImplementation {
  let attemptedAt = -Infinity;
  return async (_url, options) => {
    const restMs = hasKeys() ? FETCH_ONCE_IN_MS : RETRY_WITHOUT_KEYS_MS;
    if (performance.now() - attemptedAt < restMs) throw new Error('the issuer was asked a moment ago');
    attemptedAt = performance.now();
    try {
      const response = await fetch(settings.jwksUrl ?? (await discover(settings.issuer, options)), options);
      if (!response.ok) log.warn({ status: response.status }, "the issuer's keys could not be fetched");
      return response;
    } catch (error) {
      log.warn({ err: error }, "the issuer's keys could not be fetched");
      throw error;
    }
  };
}

/**
 * The keys that the issuer signs dashboard tokens with. They are fetched at the first token, again after 10 minutes beside
 * the requests, and for an unknown key, but at most once in 30 s. While the issuer is down, keys that are held stay
 * valid for 24 hours.
 * @throws AppError SERVICE_UNAVAILABLE when no keys are held and none can be fetched: that says nothing about the token.
 */
export async function openIssuerKeys(settings: OidcSettings, log: Logger): Promise<JWTVerifyGetKey> {
  const { createRemoteJWKSet, customFetch } = await import('jose');
  const keys = createRemoteJWKSet(new URL(settings.jwksUrl ?? settings.issuer), {
    timeoutDuration: FETCH_WITHIN_MS,
    cooldownDuration: FETCH_ONCE_IN_MS,
    cacheMaxAge: KEPT_FOR_MS,
    [customFetch]: restrainedFetch(settings, log, () => keys.jwks() !== undefined),
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
      throw keys.fresh ? error : unavailable();
    }
  };
}
