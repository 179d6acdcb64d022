import type { Actor } from './actor.js';

/** Why a credential was rejected, and its public part. For the log, never for the caller. */
export interface AuthenticationFailure {
  kind:
    | 'missing'
    | 'malformed'
    | 'mistyped'
    | 'unknown key'
    | 'wrong secret'
    | 'revoked'
    | 'expired'
    | 'forbidden'
    | `token: ${string}`;
  /** As the credential claims; proven from `revoked` on. */
  clinicId?: string;
  apiKeyId?: string;
  userId?: string;
  /** Who claims to have signed a dashboard token. */
  issuer?: string;
  /** What a proven credential lacks. */
  scope?: string;
}

/** Who calls, or why that could not be established. */
export type AuthenticationResult = { actor: Actor } | { failure: AuthenticationFailure };
