import { API_KEY_PREFIX } from './api-key-token.js';
import type { AuthenticationResult } from './authentication-result.js';

/** Authenticates callers by one kind of bearer credential. */
export interface Authenticator {
  /** Returns immediately where the result is cached. */
  authenticate(bearer: string): AuthenticationResult | Promise<AuthenticationResult>;
}

/** Finds out who calls from an Authorization header. */
export type Authenticate = (authorization: string | undefined) => AuthenticationResult | Promise<AuthenticationResult>;

const parseBearer = (authorization: string): string | undefined => /^Bearer +(\S+)$/i.exec(authorization)?.[1];

/** The credential's form decides how it is verified: an API key by its prefix, anything else by the dashboard's issuer. */
export function buildAuthenticate(apiKeys: Authenticator, dashboardTokens: Authenticator | null): Authenticate {
  return (authorization) => {
    if (!authorization) return { failure: { kind: 'missing' } };
    const bearer = parseBearer(authorization);
    if (bearer?.startsWith(API_KEY_PREFIX)) return apiKeys.authenticate(bearer);
    if (bearer === undefined || !dashboardTokens) return { failure: { kind: 'malformed' } };
    return dashboardTokens.authenticate(bearer);
  };
}
