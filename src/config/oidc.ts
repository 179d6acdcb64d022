import { makeValidator, str, EnvError } from 'envalid';
import type { OidcSettings } from '../identity/oidc/oidc-settings.js';

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

// Keys that are fetched without TLS could be forged on the way, except within this machine.
const tlsUrl = makeValidator((input: string): string => {
  const url = URL.canParse(input) ? new URL(input) : null;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.has(url.hostname))) return input;
  throw new EnvError('an https URL such as https://login.example.org is expected');
});

/** The variables that admit dashboard users; without OIDC_ISSUER there are none. */
export const OIDC_VARIABLES = {
  OIDC_ISSUER: tlsUrl({ default: undefined }),
  OIDC_AUDIENCE: str({ default: undefined }),
  OIDC_JWKS_URL: tlsUrl({ default: undefined }),
  OIDC_USER_CLAIM: str({ default: 'sub' }),
  OIDC_CLINIC_CLAIM: str({ default: 'clinic_id' }),
  OIDC_LEVEL_CLAIM: str({ default: 'level' }),
};

type Values = { [Name in keyof typeof OIDC_VARIABLES]?: string | undefined };

/** What is wrong with the combination: without an audience, tokens that were issued for other services would be accepted. */
export function findOidcFaults({ OIDC_ISSUER, OIDC_AUDIENCE, OIDC_JWKS_URL }: NodeJS.ProcessEnv): string[] {
  if (OIDC_ISSUER) return OIDC_AUDIENCE ? [] : ['OIDC_AUDIENCE: needed with OIDC_ISSUER'];
  return OIDC_AUDIENCE || OIDC_JWKS_URL ? ['OIDC_ISSUER: needed with OIDC_AUDIENCE and OIDC_JWKS_URL'] : [];
}

export function toOidcSettings(env: Values): OidcSettings | null {
  if (env.OIDC_ISSUER === undefined) return null;
  return Object.freeze({
    issuer: env.OIDC_ISSUER,
    audience: env.OIDC_AUDIENCE!,
    jwksUrl: env.OIDC_JWKS_URL,
    userClaim: env.OIDC_USER_CLAIM!,
    clinicClaim: env.OIDC_CLINIC_CLAIM!,
    levelClaim: env.OIDC_LEVEL_CLAIM!,
  });
}
