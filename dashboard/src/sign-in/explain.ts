import { ErrorResponse } from 'oidc-client-ts';

const REASONS: Record<string, string> = {
  access_denied: 'You were not signed in: access was refused, by you or by the identity provider.',
  consent_required: 'You were not signed in: the identity provider needs your consent first.',
  invalid_client:
    'The identity provider does not know this page. DASHBOARD_OIDC_CLIENT_ID must be a public client of it.',
  invalid_grant: 'The sign-in took too long, or was used already. Sign in again.',
  invalid_scope: 'The identity provider does not grant the scopes that DASHBOARD_OIDC_SCOPE names.',
  invalid_target: 'The identity provider does not know the audience that OIDC_AUDIENCE names.',
  temporarily_unavailable: 'The identity provider is overloaded. Sign in again in a moment.',
  unauthorized_client: 'The identity provider does not allow this page to sign people in by an authorisation code.',
};

// The window of a sign-in that the browser did not open.
const BLOCKED = 'Attempted to navigate on a disposed window';

/** Why a sign-in failed, in words. The description that the issuer sends is meant for developers and is left out. */
export function explainSignInError(error: unknown, issuer: string): string {
  if (error instanceof ErrorResponse) {
    const code = error.error ?? 'unknown';
    return REASONS[code] ?? `You were not signed in: ${issuer} answered ${code.slice(0, 60)}.`;
  }
  if (error instanceof Error && error.message === BLOCKED)
    return 'The browser did not open the window. Allow this page to open windows, and try again.';
  return (
    `${issuer} could not be asked to sign you in. It cannot be reached, or does not allow calls from ` +
    `${location.origin} (CORS). Check the connection and try again.`
  );
}

/** What is said of a person whom the issuer knows and the service does not admit. */
export const explainNotAdmitted = (name: string, issuer: string): string =>
  `${issuer} signed you in as ${name}, but this service does not accept that: your account needs a user id, a clinic and a ` +
  'level (owner, admin or member) here. Ask the people who manage your accounts, or sign in as somebody else.';

export const ANOTHER_PERSON =
  'That was the sign-in of another person. Sign in as the same person as before to keep what is on this page, or sign out.';
