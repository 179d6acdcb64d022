import type { User } from 'oidc-client-ts';
import type { Credential, Renewal, RenewalStatus } from '../session/session.js';
import { Store } from '../shared/store.js';
import { ANOTHER_PERSON, explainNotAdmitted, explainSignInError } from './explain.js';
import { isAdmitted } from './is-admitted.js';
import type { Issuer } from './issuer.js';

const VALID: RenewalStatus = { state: 'valid', fault: null };
// A call that is sent now must arrive while its token is valid.
const RENEW_WITHIN_S = 10;

export function nameOf({ profile }: User): string {
  const { name, preferred_username: username, email, sub } = profile;
  return name ?? username ?? email ?? sub;
}

/**
 * A person who signed in at the issuer. The token is renewed before it ends where the issuer gave a refresh token; else the person
 * signs in again in a small window, and calls wait meanwhile, so that nothing on the page is lost.
 */
export class PersonCredential implements Credential {
  readonly kind = 'person';
  readonly renewal: Renewal = { status: new Store(VALID), signInAgain: () => this.signInAgain() };
  private waiting: (() => void)[] = [];
  private renewing: Promise<boolean> | null = null;
  private attempt = new AbortController();

  constructor(
    private readonly issuer: Issuer,
    private user: User,
  ) {
    issuer.manager.events.addAccessTokenExpiring(this.onExpiring);
  }

  get name(): string {
    return nameOf(this.user);
  }

  async getToken(): Promise<string> {
    const { expires_in: left = Infinity, refresh_token: refreshToken } = this.user;
    if (left < RENEW_WITHIN_S && refreshToken) await this.renewSilently();
    if (this.user.expired) await this.waitForSignIn();
    return this.user.access_token;
  }

  async replace(refused: string): Promise<void> {
    if (this.user.access_token !== refused || (await this.renewSilently())) return;
    await this.waitForSignIn();
  }

  /** Ends the session at the issuer too, where that has an address for it. The browser goes there and comes back. */
  async end(): Promise<void> {
    const { manager } = this.issuer;
    manager.events.removeAccessTokenExpiring(this.onExpiring);
    this.attempt.abort();
    if (await manager.metadataService.getEndSessionEndpoint()) await manager.signoutRedirect();
    else await manager.removeUser();
  }

  private async signInAgain(): Promise<void> {
    this.attempt.abort();
    const { signal } = (this.attempt = new AbortController());
    this.explain(null);
    try {
      const user = await this.issuer.manager.signinPopup({ popupSignal: signal });
      const fault = await this.findFault(user);
      if (fault === null) return this.accept(user);
      await this.keep();
      this.explain(fault);
    } catch (error) {
      if (!signal.aborted) this.explain(explainSignInError(error, this.issuer.name));
    }
  }

  private readonly onExpiring = (): void => {
    if (!this.user.refresh_token) this.renewal.status.set({ state: 'ending', fault: null });
  };

  private async findFault(user: User): Promise<string | null> {
    if (user.profile.sub !== this.user.profile.sub) return ANOTHER_PERSON;
    return (await isAdmitted(user.access_token)) ? null : explainNotAdmitted(nameOf(user), this.issuer.name);
  }

  private explain(fault: string | null): void {
    this.renewal.status.set({ ...this.renewal.status.get(), fault });
  }

  /** Keeps the present sign-in after another one was refused. */
  private async keep(): Promise<void> {
    await this.issuer.manager.storeUser(this.user);
    await this.issuer.manager.getUser();
  }

  private accept(user: User): void {
    this.user = user;
    this.renewal.status.set(VALID);
    for (const proceed of this.waiting.splice(0)) proceed();
  }

  /** By the refresh token, which is in the memory of this page alone. A token can be used once, so calls share the renewal. */
  private renewSilently(): Promise<boolean> {
    const renew = async (): Promise<boolean> => {
      if (!this.user.refresh_token) return false;
      try {
        this.accept(await this.issuer.renew());
        return true;
      } catch {
        // Whatever the reason: the person can sign in again, and until the token ends it is of use.
        this.renewal.status.set({ state: 'ending', fault: null });
        return false;
      } finally {
        this.renewing = null;
      }
    };
    return (this.renewing ??= renew());
  }

  private waitForSignIn(): Promise<void> {
    if (this.renewal.status.get().state !== 'ended') this.renewal.status.set({ state: 'ended', fault: null });
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
