import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { AUDIENCE } from '../issuer.js';
import { newUserId } from '../world.js';
import { freePort } from './postgres-server.js';

/** Somebody whom the issuer knows. */
export interface Person {
  /** What is typed to log in. */
  name: string;
  sub: string;
  /** What the issuer writes into this person's access tokens, next to `sub`. */
  claims: Record<string, unknown>;
}

export interface OidcProviderSettings {
  clientId: string;
  /** Where a browser may return to after signing in and out; on loopback with any port. */
  redirectPaths: string[];
  audience: string;
  people: Person[];
  accessTokenSeconds: number;
  givesRefreshTokens: boolean;
  /** Whether clients say by `resource` for which audience a token is; otherwise all tokens are for the one audience. */
  knowsAudienceByResource: boolean;
}

/** A real OpenID Connect issuer of a test's own, on loopback. */
export interface OidcProvider {
  url: string;
  settings: OidcProviderSettings;
  stop(): Promise<void>;
}

const DEFAULTS: OidcProviderSettings = {
  clientId: 'customers-dashboard',
  redirectPaths: ['/customers/signed-in', '/customers'],
  audience: AUDIENCE,
  people: [],
  accessTokenSeconds: 600,
  givesRefreshTokens: false,
  knowsAudienceByResource: false,
};

/** A person of a clinic, with a user id of their own. */
export const newPerson = (name: string, claims: Record<string, unknown>): Person => ({
  name,
  sub: newUserId(),
  claims,
});

/** Starts the npm package oidc-provider as a process and waits until it listens. */
export async function startOidcProvider(given: Partial<OidcProviderSettings> = {}): Promise<OidcProvider> {
  const settings = { ...DEFAULTS, ...given };
  const port = await freePort();
  const program = join(process.cwd(), 'test/support/servers/oidc-provider-process.mjs');
  const child = fork(program, [JSON.stringify({ port, ...settings })], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complaints = '';
  child.stderr!.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const ended = once(child, 'exit');
  const inTime = await Promise.race([once(child, 'message').then(() => true), ended.then(() => false)]);
  if (!inTime) throw new Error(`The issuer did not start:\n${complaints}`);
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return { url: `http://127.0.0.1:${port}`, settings, stop };
}
