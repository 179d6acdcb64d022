import type { JWTPayload, JWTVerifyGetKey, JWTVerifyResult } from 'jose' with { 'resolution-mode': 'import' };
import type { Logger } from 'pino';
import { AppError } from '../shared/app-error.js';
import { isUuid } from '../shared/uuid.js';
import { isUserId } from '../shared/user-id.js';
import { SCOPES, type Actor, type Scope } from './actor.js';
import type { Authenticator } from './authenticate.js';
import { openJwks } from './oidc/jwks.js';
import type { OidcSettings } from './oidc/oidc-settings.js';
import type { AuthenticationResult } from './authentication-result.js';

// Signatures that only the holder of a private key can make: never `none`, never an HMAC, which anyone who knows the public
// key could compute (RFC 8725, 2.1).
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const LEEWAY_S = 30;
// Tokens of other kinds from the same issuer, such as logout tokens, are signed by the same keys (RFC 8725, 3.11).
const TYPES = new Set(['jwt', 'at+jwt', 'application/at+jwt']);
const MAX_ISSUER_IN_LOG = 200;

const READ_SCOPES: readonly Scope[] = ['express:read'];

/** What the platform's levels may do here. */
const SCOPES_BY_LEVEL = new Map<unknown, readonly Scope[]>([
  ['owner', SCOPES],
  ['admin', SCOPES],
  ['member', READ_SCOPES],
]);

const REASONS: Record<string, string> = {
  ERR_JWT_EXPIRED: 'expired',
  ERR_JOSE_ALG_NOT_ALLOWED: 'algorithm',
  ERR_JOSE_NOT_SUPPORTED: 'not supported',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'signature',
  ERR_JWS_INVALID: 'malformed',
  ERR_JWT_INVALID: 'malformed',
  ERR_JWKS_NO_MATCHING_KEY: 'unknown signing key',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'ambiguous signing key',
};

/** A token that is properly signed but lacks a claim that this service needs. */
class ClaimError extends Error {
  readonly code = 'ERR_JWT_CLAIM_VALIDATION_FAILED';
  constructor(readonly claim: string) {
    super(claim);
  }
}

function explainRejection(error: unknown): string {
  const { code = '', claim } = error as { code?: string; claim?: string };
  if (code === 'ERR_JWT_CLAIM_VALIDATION_FAILED') return `claim ${claim}`;
  return REASONS[code] ?? 'cannot be verified';
}

// Not verified, so it may be any text: only the origin of a URL is logged.
function parseClaimedIssuer(payload: string | undefined): { issuer?: string } {
  try {
    const { iss } = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) as { iss?: unknown };
    return { issuer: new URL(String(iss)).origin.slice(0, MAX_ISSUER_IN_LOG) };
  } catch {
    return {};
  }
}

function toActor(payload: JWTPayload, { userClaim, clinicClaim, levelClaim }: OidcSettings): Actor {
  const { [userClaim]: userId, [clinicClaim]: clinicId, [levelClaim]: level } = payload;
  if (!isUserId(userId)) throw new ClaimError(userClaim);
  if (!isUuid(clinicId)) throw new ClaimError(clinicClaim);
  const scopes = SCOPES_BY_LEVEL.get(level);
  if (!scopes) throw new ClaimError(levelClaim);
  return { kind: 'user', userId, clinicId: clinicId.toLowerCase(), scopes };
}

/**
 * Authenticates dashboard users by the issuer's signature. The issuer is trusted to name the clinic, which need not be known
 * here. Header fields that point to keys (jku, x5u, jwk) are never followed.
 */
export class DashboardTokenAuthenticator implements Authenticator {
  private keys: Promise<JWTVerifyGetKey> | undefined;

  constructor(
    private readonly settings: OidcSettings,
    private readonly log: Logger,
  ) {}

  /** @throws AppError SERVICE_UNAVAILABLE while the issuer's keys cannot be fetched. */
  async authenticate(token: string): Promise<AuthenticationResult> {
    try {
      const { payload, protectedHeader } = await this.verify(token);
      const { typ } = protectedHeader;
      if (typ !== undefined && !TYPES.has(typ.toLowerCase())) throw new ClaimError('typ');
      return { actor: toActor(payload, this.settings) };
    } catch (error) {
      if (error instanceof AppError) throw error;
      return { failure: { kind: `token: ${explainRejection(error)}`, ...parseClaimedIssuer(token.split('.', 2)[1]) } };
    }
  }

  private async verify(token: string): Promise<JWTVerifyResult> {
    const { jwtVerify } = await import('jose');
    const { issuer, audience } = this.settings;
    return jwtVerify(token, await (this.keys ??= openJwks(this.settings, this.log)), {
      algorithms: ALGORITHMS,
      issuer,
      audience,
      clockTolerance: LEEWAY_S,
      requiredClaims: ['exp'],
    });
  }
}
