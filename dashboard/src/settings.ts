/** The issuer, and this page as one of its clients. */
export interface SignInSettings {
  issuer: string;
  clientId: string;
  /** Separated by spaces. */
  scope: string;
  audience: string;
  /** The parameter by which this issuer is asked for tokens of the audience. */
  audienceParameter: 'none' | 'audience' | 'resource';
}

/** What the service writes into the page, as attributes of its body. */
export interface Settings {
  /** The key of the demo clinic; empty outside development and on other machines. */
  demoKey: string;
  /** How people sign in at an issuer; null where none is configured. */
  signIn: SignInSettings | null;
}

export const readSettings = (attributes: Readonly<Record<string, string | undefined>>): Settings => ({
  demoKey: attributes.key ?? '',
  signIn: attributes.signIn ? (JSON.parse(attributes.signIn) as SignInSettings) : null,
});
