/** Whose dashboard tokens are believed, and which of their claims say what. */
export type OidcSettings = Readonly<{
  /** As the token's `iss` says it, character by character. */
  issuer: string;
  audience: string;
  /** Unset: found by the issuer's discovery document. */
  jwksUrl: string | undefined;
  userClaim: string;
  clinicClaim: string;
  levelClaim: string;
}>;
