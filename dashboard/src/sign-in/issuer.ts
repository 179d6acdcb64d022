import { InMemoryWebStorage, UserManager, WebStorageStateStore, type User } from 'oidc-client-ts';
import type { SignInSettings } from '../settings.js';
import { pathOf } from '../shared/routes.js';

/** The page's side of the protocol with the issuer: authorisation code with PKCE, as a public client. */
export interface Issuer {
  manager: UserManager;
  /** Its host, for people. */
  name: string;
  /** Whether this window went to the issuer for the answer with this state. */
  hasAskedFor(state: string): boolean;
  /** Gets another token by the refresh token. */
  renew(): Promise<User>;
}

const audienceOf = ({ audience, audienceParameter }: SignInSettings) => {
  if (audienceParameter === 'audience') return { extraQueryParams: { audience } };
  // RFC 8707 wants it with the code, too.
  if (audienceParameter === 'resource') return { resource: audience, extraTokenParams: { resource: audience } };
  return {};
};

export function openIssuer(settings: SignInSettings): Issuer {
  // What is kept here survives the way to the issuer and back: the PKCE verifier, the state, and the view to return to; no token.
  const pending = new WebStorageStateStore({ store: sessionStorage });
  const manager = new UserManager({
    authority: settings.issuer,
    client_id: settings.clientId,
    scope: settings.scope,
    redirect_uri: location.origin + pathOf('signed-in'),
    post_logout_redirect_uri: location.origin + pathOf(''),
    stateStore: pending,
    userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
    // It would renew in a hidden frame, which needs cookies of another site, and the page may not be framed.
    automaticSilentRenew: false,
    ...audienceOf(settings),
  });
  return {
    manager,
    name: new URL(settings.issuer).host,
    hasAskedFor: (state) => sessionStorage.getItem(`oidc.${state}`) !== null,
    renew: async () => (await manager.signinSilent({ extraTokenParams: manager.settings.extraTokenParams }))!,
  };
}
