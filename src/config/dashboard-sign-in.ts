import { makeValidator, str, EnvError } from 'envalid';
import type { OidcSettings } from '../identity/oidc/oidc-settings.js';

const AUDIENCE_PARAMETERS = ['none', 'audience', 'resource'] as const;

const scopes = makeValidator((input: string): string => {
  const names = input.trim().split(/\s+/);
  if (!names.includes('openid')) throw new EnvError('scopes separated by spaces, openid among them, are expected');
  return names.join(' ');
});

/** The variables that let people sign in to the dashboard; without DASHBOARD_OIDC_CLIENT_ID they paste an API key. */
export const DASHBOARD_SIGN_IN_VARIABLES = {
  DASHBOARD_OIDC_CLIENT_ID: str({ default: undefined }),
  DASHBOARD_OIDC_SCOPE: scopes({ default: 'openid' }),
  DASHBOARD_OIDC_AUDIENCE_PARAMETER: str({ choices: AUDIENCE_PARAMETERS, default: 'none' }),
};

/** How a page signs people in at the issuer. Nothing of it is a secret: the page is a public client. */
export type SignInSettings = Readonly<{
  issuer: string;
  clientId: string;
  /** Separated by spaces. */
  scope: string;
  audience: string;
  /** The parameter by which this issuer is asked for tokens of the audience. */
  audienceParameter: (typeof AUDIENCE_PARAMETERS)[number];
}>;

interface Values {
  DASHBOARD_OIDC_CLIENT_ID: string | undefined;
  DASHBOARD_OIDC_SCOPE: string;
  DASHBOARD_OIDC_AUDIENCE_PARAMETER: SignInSettings['audienceParameter'];
}

/** What is wrong with the combination. */
export function findSignInFaults({ DASHBOARD_OIDC_CLIENT_ID, OIDC_ISSUER }: NodeJS.ProcessEnv): string[] {
  if (!DASHBOARD_OIDC_CLIENT_ID || OIDC_ISSUER) return [];
  return ['OIDC_ISSUER: needed with DASHBOARD_OIDC_CLIENT_ID'];
}

const WITHOUT_PEOPLE = 'people can use the dashboard with an API key alone; to let them sign in, set';

/** What a start says about the dashboard where something is missing; null where nothing is. */
export function explainMissingSignIn(config: {
  hasDashboard: boolean;
  isProduction: boolean;
  oidc: OidcSettings | null;
  dashboardSignIn: SignInSettings | null;
}): string | null {
  const { hasDashboard, isProduction, oidc, dashboardSignIn } = config;
  if (dashboardSignIn) return hasDashboard ? null : 'DASHBOARD_OIDC_CLIENT_ID has no effect without DASHBOARD=true';
  if (!hasDashboard || (!oidc && !isProduction)) return null;
  const missing = oidc ? 'DASHBOARD_OIDC_CLIENT_ID' : 'OIDC_ISSUER, OIDC_AUDIENCE and DASHBOARD_OIDC_CLIENT_ID';
  return `${WITHOUT_PEOPLE} ${missing} (docs/browser-app.md)`;
}

export function toSignInSettings(env: Values, oidc: OidcSettings | null): SignInSettings | null {
  if (!oidc || env.DASHBOARD_OIDC_CLIENT_ID === undefined) return null;
  return Object.freeze({
    issuer: oidc.issuer,
    clientId: env.DASHBOARD_OIDC_CLIENT_ID,
    scope: env.DASHBOARD_OIDC_SCOPE,
    audience: oidc.audience,
    audienceParameter: env.DASHBOARD_OIDC_AUDIENCE_PARAMETER,
  });
}
