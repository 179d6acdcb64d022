import type { Actor } from './actor.js';

/** What may be known of a refused call: why, and the public part of the credential. For the log, never for the caller. */
export interface Refusal {
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
  /** As the credential claims; proven only where the kind says so. */
  clinicId?: string;
  apiKeyId?: string;
  userId?: string;
  /** Who claims to have signed a dashboard token. */
  issuer?: string;
  /** What a proven credential lacks. */
  scope?: string;
}

/** Who calls, or why nobody is proven to. */
export type Identification = { actor: Actor } | { refusal: Refusal };
