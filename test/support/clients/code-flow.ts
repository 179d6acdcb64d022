import { createHash, randomBytes } from 'node:crypto';
import type { OidcProvider } from '../servers/oidc-provider.js';

/** What a page receives after a sign-in. */
export interface TokenAnswer {
  access_token: string;
  id_token: string;
  refresh_token?: string;
  expires_in: number;
}

/** A browser without pages: follows redirects by hand and keeps cookies by name. */
function newBrowser() {
  const cookies = new Map<string, string>();
  return async (url: string, options: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...options, headers: { cookie }, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      cookies.set(name!, value!);
    }
    return response;
  };
}

/** Logs in and consents on the issuer's pages. @returns the parameters with which the issuer sends the browser back. */
async function authorize(start: string, redirectUri: string, name: string): Promise<URLSearchParams> {
  const open = newBrowser();
  let url = start;
  let response = await open(url);
  while (!url.startsWith(redirectUri)) {
    const location = response.headers.get('location');
    if (location === null && response.status !== 200) throw new Error(`The issuer answered ${response.status}.`);
    if (location === null) {
      const isLogin = (await response.text()).includes('name="name"');
      const body = new URLSearchParams(isLogin ? { name } : { answer: 'allow' });
      response = await open(url, { method: 'POST', body });
      continue;
    }
    url = new URL(location, url).href;
    if (!url.startsWith(redirectUri)) response = await open(url);
  }
  return new URL(url).searchParams;
}

/** A person signs in by authorisation code with PKCE, as a page lets them: the answer of the token endpoint. */
export async function signInByCode({ url, settings }: OidcProvider, name: string): Promise<TokenAnswer> {
  const redirectUri = `http://127.0.0.1:4000${settings.redirectPaths[0]}`;
  const verifier = randomBytes(32).toString('base64url');
  const found = await fetch(`${url}/.well-known/openid-configuration`);
  const endpoints = (await found.json()) as { authorization_endpoint: string; token_endpoint: string };
  const question = new URLSearchParams({
    client_id: settings.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid',
    state: randomBytes(8).toString('hex'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const returned = await authorize(`${endpoints.authorization_endpoint}?${question.toString()}`, redirectUri, name);
  const answer = await fetch(endpoints.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: settings.clientId,
      redirect_uri: redirectUri,
      code: returned.get('code') ?? '',
      code_verifier: verifier,
    }),
  });
  if (!answer.ok) throw new Error(`The issuer gave no token: ${await answer.text()} ${returned.toString()}`);
  return (await answer.json()) as TokenAnswer;
}
