import type { Store } from '../shared/store.js';

/** Where a sign-in is in its life: `ending` in less than a minute, or `ended`: calls wait for the next one. */
export interface RenewalStatus {
  state: 'valid' | 'ending' | 'ended';
  /** Why the last attempt to sign in again failed. */
  fault: string | null;
}

/** How somebody signs in again while the page stays as it is. */
export interface Renewal {
  status: Store<RenewalStatus>;
  /** Opens a small window; to be called by a click, since browsers open windows for nothing else. */
  signInAgain(): Promise<void>;
}

/** What calls are made with. It is kept in memory only: a reload forgets it. */
export interface Credential {
  kind: 'demo-key' | 'key' | 'person';
  /** Who is signed in, in words. */
  name: string;
  /** The bearer token for a call that is made now. */
  getToken(): Promise<string>;
  /** Where it ends by itself. */
  renewal?: Renewal;
  /** Waits for another token in place of one that the service has refused. */
  replace?(refused: string): Promise<void>;
  /** Ends it where it came from too, such as the session at an issuer. */
  end?(): Promise<void>;
}

export interface SessionState {
  /** Null: nobody is signed in. */
  credential: Credential | null;
  /** Why nobody is signed in any more, for people. */
  notice: string | null;
}

/** Who is signed in, and what happens when that changes. */
export class Session {
  private state: SessionState;
  private readonly listeners = new Set<() => void>();

  constructor(credential: Credential | null) {
    this.state = { credential, notice: null };
  }

  readonly getState = (): SessionState => this.state;

  /** Calls back after each change, until the function that it returns is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  signIn(credential: Credential): void {
    this.change({ credential, notice: null });
  }

  /** Forgets the credential, and ends it where it came from. */
  async signOut(notice: string | null = null): Promise<void> {
    const { credential } = this.state;
    this.change({ credential: null, notice });
    try {
      await credential?.end?.();
    } catch {
      this.explain(
        'You are signed out here. Your session at the identity provider could not be ended: it does not answer.',
      );
    }
  }

  /** Says why nobody could be signed in. */
  explain(notice: string): void {
    this.change({ ...this.state, notice });
  }

  /** Forgets a credential that the service has refused, unless another one has taken its place. */
  refuse(credential: Credential, notice: string): void {
    if (this.state.credential === credential) this.change({ credential: null, notice });
  }

  private change(state: SessionState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
