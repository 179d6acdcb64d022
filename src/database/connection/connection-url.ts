import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { OperatorError } from '../../shared/operator-error.js';

/** A parameter of DATABASE_URL is wrong, or the file that it names. */
export class DatabaseUrlError extends OperatorError {}

const SSL_MODES = ['disable', 'no-verify', 'prefer', 'require', 'verify-ca', 'verify-full'];

// node-postgres checks the certificate and the host name in each of these, and warns that a later version will not.
const CHECKED_IN_FULL = new Set(['prefer', 'require', 'verify-ca']);

const FILES = ['sslrootcert', 'sslcert', 'sslkey'];

function requireFile(parameter: string, path: string): void {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { message } = error as Error;
    throw new DatabaseUrlError(`DATABASE_URL: the file of ${parameter}=${path} cannot be read (${message}).`, {
      cause: error,
    });
  }
  if (parameter === 'sslkey') return;
  try {
    new X509Certificate(text);
  } catch (error) {
    throw new DatabaseUrlError(`DATABASE_URL: the file of ${parameter}=${path} holds no certificate in PEM format.`, {
      cause: error,
    });
  }
}

function setSslMode(parameters: URLSearchParams): void {
  const mode = parameters.get('sslmode');
  if (mode === null) return;
  // node-postgres would connect without TLS.
  if (!SSL_MODES.includes(mode)) throw new DatabaseUrlError(`DATABASE_URL: sslmode is one of ${SSL_MODES.join(', ')}.`);
  if (CHECKED_IN_FULL.has(mode) && parameters.get('uselibpqcompat') !== 'true')
    parameters.set('sslmode', 'verify-full');
}

/**
 * DATABASE_URL in the form that node-postgres takes without a warning. Every sslmode but `disable` and `no-verify` checks the
 * server's certificate and host name; `sslrootcert=system` trusts what this machine trusts.
 * @throws DatabaseUrlError for an unknown sslmode, and for a certificate file that cannot be read.
 */
export function prepareDatabaseUrl(databaseUrl: string): string {
  const start = databaseUrl.indexOf('?');
  if (start < 0) return databaseUrl;
  const parameters = new URLSearchParams(databaseUrl.slice(start + 1));
  setSslMode(parameters);
  if (parameters.get('sslrootcert') === 'system') {
    parameters.delete('sslrootcert');
    if (!parameters.has('sslmode')) parameters.set('sslmode', 'verify-full');
  }
  for (const name of FILES) if (parameters.get(name)) requireFile(name, parameters.get(name)!);
  return `${databaseUrl.slice(0, start)}?${parameters.toString()}`;
}
