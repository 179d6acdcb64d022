import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { OperatorError } from '../../shared/operator-error.js';
import { parseHost, splitHosts, type DatabaseHost } from './hosts.js';

/** A parameter of DATABASE_URL is wrong, or the file that it names. */
export class DatabaseUrlError extends OperatorError {}

const SSL_MODES = ['disable', 'no-verify', 'prefer', 'require', 'verify-ca', 'verify-full'];

// node-postgres checks the certificate and the host name in each of these, and warns that a later version will not.
const CHECKED_IN_FULL = new Set(['prefer', 'require', 'verify-ca']);

function readFile(parameter: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { message } = error as Error;
    throw new DatabaseUrlError(`DATABASE_URL: the file of ${parameter}=${path} cannot be read (${message}).`, {
      cause: error,
    });
  }
}

/** Reads a file as what it must hold. @throws DatabaseUrlError saying that it does not. */
function parseFile<Content>(
  parameters: URLSearchParams,
  name: 'sslrootcert' | 'sslcert' | 'sslkey',
  fault: string,
  parse: (text: string) => Content,
): Content | null {
  const path = parameters.get(name);
  if (!path) return null;
  const text = readFile(name, path);
  try {
    return parse(text);
  } catch (error) {
    throw new DatabaseUrlError(`DATABASE_URL: the file of ${name}=${path} ${fault}.`, { cause: error });
  }
}

// A connection that lacks one of them, or with a key of another certificate, would fail in words of OpenSSL.
function requireFiles(parameters: URLSearchParams): void {
  const toCertificate = (text: string) => new X509Certificate(text);
  parseFile(parameters, 'sslrootcert', 'holds no certificate in PEM format', toCertificate);
  const certificate = parseFile(parameters, 'sslcert', 'holds no certificate in PEM format', toCertificate);
  const key = parseFile(
    parameters,
    'sslkey',
    'holds no private key in PEM format without a passphrase',
    createPrivateKey,
  );
  if ((certificate === null) !== (key === null))
    throw new DatabaseUrlError('DATABASE_URL: sslcert and sslkey are needed together.');
  if (certificate !== null && key !== null && !certificate.checkPrivateKey(key))
    throw new DatabaseUrlError('DATABASE_URL: the key of sslkey does not belong to the certificate of sslcert.');
}

function setSslMode(parameters: URLSearchParams): void {
  const mode = parameters.get('sslmode');
  if (mode === null) return;
  // node-postgres would connect without TLS.
  if (!SSL_MODES.includes(mode)) throw new DatabaseUrlError(`DATABASE_URL: sslmode is one of ${SSL_MODES.join(', ')}.`);
  if (CHECKED_IN_FULL.has(mode) && parameters.get('uselibpqcompat') !== 'true')
    parameters.set('sslmode', 'verify-full');
}

// Of several hosts the one that takes writes is used; a single one may be a standby unless this is asked for.
const WRITABLE = ['read-write', 'primary'];

function takeWritableOnly(parameters: URLSearchParams, hosts: number): boolean {
  const attributes = parameters.get('target_session_attrs');
  parameters.delete('target_session_attrs');
  if (attributes !== null && !WRITABLE.includes(attributes))
    throw new DatabaseUrlError(
      `DATABASE_URL: target_session_attrs is one of ${WRITABLE.join(', ')}. An instance that only reads names one standby alone.`,
    );
  return attributes !== null || hosts > 1;
}

export interface PreparedDatabaseUrl {
  /** In the form that node-postgres takes without a warning. */
  url: string;
  /** The hosts of which the one that takes writes is to be connected to; null: the one in the URL, whatever it does. */
  writableOf: DatabaseHost[] | null;
}

/**
 * Reads DATABASE_URL. Every sslmode but `disable` and `no-verify` checks the server's certificate and host name;
 * `sslrootcert=system` trusts what this machine trusts.
 * @throws DatabaseUrlError for an unknown sslmode or target_session_attrs, and for files of certificates and
 * keys that cannot be read or do not fit each other.
 */
export function prepareDatabaseUrl(databaseUrl: string): PreparedDatabaseUrl {
  const urls = splitHosts(databaseUrl);
  const [url = databaseUrl] = urls;
  const [address = url] = url.split('?', 1);
  const parameters = new URLSearchParams(url.slice(address.length + 1));
  const writableOf = takeWritableOnly(parameters, urls.length) ? urls.map(parseHost) : null;
  setSslMode(parameters);
  if (parameters.get('sslrootcert') === 'system') {
    parameters.delete('sslrootcert');
    if (!parameters.has('sslmode')) parameters.set('sslmode', 'verify-full');
  }
  requireFiles(parameters);
  return { url: parameters.size === 0 ? address : `${address}?${parameters.toString()}`, writableOf };
}
