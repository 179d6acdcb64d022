import type { Session } from '../session/session.js';
import type { SignInSettings } from '../settings.js';
import { pathOf } from '../shared/routes.js';
import { explainNotAdmitted, explainSignInError } from './explain.js';
import { isAdmitted } from './is-admitted.js';
import { openIssuer, type Issuer } from './issuer.js';
import { nameOf, PersonCredential } from './person-credential.js';
import { returnPathOf } from './return-path.js';
import type { IssuerSignIn } from './SignIn.js';

/** Signs people in at the issuer, and takes them in when they come back from there. */
export class People implements IssuerSignIn {
  private readonly issuer: Issuer;

  constructor(
    settings: SignInSettings,
    private readonly session: Session,
  ) {
    this.issuer = openIssuer(settings);
  }

  get name(): string {
    return this.issuer.name;
  }

  /** Goes to the issuer, and returns to the present view from there. */
  async signIn(): Promise<void> {
    const { pathname, search } = location;
    try {
      await this.issuer.manager.signinRedirect({ state: { returnTo: pathname + search } });
    } catch (error) {
      this.session.explain(explainSignInError(error, this.issuer.name));
    }
  }

  /**
   * Ends a sign-in where this window comes from the issuer.
   * @returns whether this is the small window of another page, which has taken the answer and needs nothing more from here.
   */
  async finish(): Promise<boolean> {
    const { href, pathname, search } = location;
    if (pathname !== pathOf('signed-in')) return false;
    // The code works once, and belongs in no history.
    history.replaceState(null, '', pathOf(''));
    const state = new URLSearchParams(search).get('state');
    if (state === null) return false;
    if (!this.issuer.hasAskedFor(state)) return this.notifyOpener(href);
    try {
      await this.admit(href);
    } catch (error) {
      this.session.explain(explainSignInError(error, this.issuer.name));
    }
    return false;
  }

  private async admit(href: string): Promise<void> {
    const user = await this.issuer.manager.signinRedirectCallback(href);
    history.replaceState(null, '', returnPathOf(user.state, location.origin));
    if (await isAdmitted(user.access_token)) return this.session.signIn(new PersonCredential(this.issuer, user));
    this.session.explain(explainNotAdmitted(nameOf(user), this.issuer.name));
    await this.issuer.manager.removeUser();
  }

  private async notifyOpener(href: string): Promise<boolean> {
    await this.issuer.manager.signinPopupCallback(href);
    return true;
  }
}
