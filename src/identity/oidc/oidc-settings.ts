/** Whose dashboard tokens are trusted, and which of their claims hold what. */
export type OidcSettings = Readonly<{
  /** Exactly as in the token's `iss`. */
  issuer: string;
  audience: string;
  /** Unset: taken from the issuer's discovery document. */
  jwksUrl: string | undefined;
  userClaim: string;
  clinicClaim: string;
  levelClaim: string;
}>;
