import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { isPlainObject } from '../../shared/is-plain-object.js';
import type { OidcSettings } from './oidc-settings.js';

const MAX_ISSUER_IN_LOG = 200;

/** Why the issuer's keys could not be fetched, for the log. */
export class IssuerError extends Error {
  constructor(
    /** What was asked, without a query. */
    readonly url: string,
    readonly status: number | undefined,
    readonly reason: string,
  ) {
    super(reason);
  }
}

const withoutQuery = (address: string): string => {
  const { origin, pathname } = new URL(address);
  return origin + pathname;
};

function explainNetworkError(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string; message?: string } };
  if (name === 'TimeoutError' || name === 'AbortError') return 'it did not answer in time';
  return `it cannot be reached (${cause?.code ?? cause?.message ?? name ?? 'unknown'})`;
}

async function fetchJson(address: string, options: RequestInit): Promise<Record<string, unknown>> {
  const url = withoutQuery(address);
  let status: number | undefined;
  let text: string;
  try {
    const response = await fetch(address, options);
    ({ status } = response);
    if (status >= 300 && status < 400)
      throw new IssuerError(url, status, 'it redirects, and redirects are not followed');
    if (status !== 200) throw new IssuerError(url, status, 'status 200 is expected');
    text = await response.text();
  } catch (error) {
    throw error instanceof IssuerError ? error : new IssuerError(url, status, explainNetworkError(error));
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new IssuerError(url, status, 'its answer is not JSON');
  }
  if (!isPlainObject(body)) throw new IssuerError(url, status, 'its answer is not a JSON object');
  return body;
}

/** The URL of the issuer's keys, from its discovery document (OpenID Connect Discovery 1.0). */
async function discover(issuer: string, options: RequestInit): Promise<string> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const { issuer: named, jwks_uri: keysUrl } = await fetchJson(address, options);
  const fail = (reason: string) => new IssuerError(withoutQuery(address), 200, reason);
  if (named !== issuer)
    throw fail(
      `it is the document of the issuer ${JSON.stringify(named)?.slice(0, MAX_ISSUER_IN_LOG)}; OIDC_ISSUER must be exactly that, ` +
        'with or without the last slash',
    );
  if (typeof keysUrl !== 'string' || !URL.canParse(keysUrl)) throw fail('its jwks_uri is not a URL');
  if (new URL(keysUrl).protocol !== new URL(issuer).protocol) throw fail('its jwks_uri is without TLS');
  return keysUrl;
}

function isUsable(key: unknown): boolean {
  if (!isPlainObject(key)) return false;
  try {
    createPublicKey({ key: key as JsonWebKey, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}

/** The keys of an issuer that can verify signatures. */
export interface IssuerKeys {
  url: string;
  keys: unknown[];
  /** How many entries of its list were left aside, since they are no public keys or of an unknown kind. */
  ignored: number;
}

/** Asks an issuer for its keys. @throws IssuerError saying what was wrong. */
export async function fetchIssuerKeys(settings: OidcSettings, options: RequestInit): Promise<IssuerKeys> {
  const address = settings.jwksUrl ?? (await discover(settings.issuer, options));
  const { keys: listed } = await fetchJson(address, options);
  const url = withoutQuery(address);
  if (!Array.isArray(listed)) throw new IssuerError(url, 200, 'its answer has no list "keys"');
  const keys = listed.filter(isUsable);
  if (listed.length > 0 && keys.length === 0) throw new IssuerError(url, 200, 'none of its keys can be used');
  return { url, keys, ignored: listed.length - keys.length };
}
