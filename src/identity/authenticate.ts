import { API_KEY_PREFIX } from './api-key-token.js';
import type { Identification } from './authentication-result.js';

/** Proves one kind of bearer credential. */
export interface Authentication {
  /** At once where it is known already. */
  identify(bearer: string): Identification | Promise<Identification>;
}

/** Tells who calls from an Authorization header. */
export type Authenticate = (authorization: string | undefined) => Identification | Promise<Identification>;

const bearerOf = (authorization: string): string | undefined => /^Bearer +(\S+)$/i.exec(authorization)?.[1];

/** The credential's form decides who proves it: an API key by its prefix, anything else by the dashboard's issuer. */
export function authentication(apiKeys: Authentication, dashboardTokens: Authentication | null): Authenticate {
  return (authorization) => {
    if (!authorization) return { refusal: { kind: 'missing' } };
    const bearer = bearerOf(authorization);
    if (bearer?.startsWith(API_KEY_PREFIX)) return apiKeys.identify(bearer);
    if (bearer === undefined || !dashboardTokens) return { refusal: { kind: 'malformed' } };
    return dashboardTokens.identify(bearer);
  };
}
