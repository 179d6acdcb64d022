import { Client, type ClientConfig } from 'pg';

/** One of the servers that DATABASE_URL names. */
export interface DatabaseHost {
  host: string;
  port: number;
}

const DEFAULT_PORT = 5432;

// The user information, the hosts, and what follows them.
const PARTS = /^([^/]*:\/\/(?:[^/?]*@)?)([^/?@]*)(.*)$/s;

/** A URL per host of DATABASE_URL, in which they stand one after another, separated by commas. */
export function splitHosts(databaseUrl: string): string[] {
  const [, start = databaseUrl, hosts = '', rest = ''] = PARTS.exec(databaseUrl) ?? [];
  return hosts.split(',').map((host) => start + host + rest);
}

export function parseHost(url: string): DatabaseHost {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? DEFAULT_PORT : Number(port) };
}

/** None of the servers in DATABASE_URL takes writes. Carries PostgreSQL's own code for that (read_only_sql_transaction). */
export class NoWritableHostError extends Error {
  readonly code = '25006';

  constructor(reasons: string[]) {
    super(`none of the hosts takes writes: ${reasons.join(', ')}`);
    this.name = 'NoWritableHostError';
  }
}

const IS_READ_ONLY = `
  SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS "isReadOnly"`;

async function requireWritableHost({ host, port }: DatabaseHost, config: ClientConfig): Promise<DatabaseHost> {
  const client = new Client(config);
  Object.assign(client, { host, port });
  // What breaks the connection fails the statement too.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ isReadOnly: boolean }>(IS_READ_ONLY);
    if (rows[0]!.isReadOnly) throw new Error('takes no writes');
    return { host, port };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`${host}:${port} (${message || code})`, { cause: error });
  } finally {
    void client.end().catch(() => undefined);
  }
}

/**
 * Asks all hosts simultaneously and returns the first that takes writes, so that a silent one costs no time.
 * @throws NoWritableHostError when none does within the time.
 */
export async function findWritableHost(
  hosts: DatabaseHost[],
  config: ClientConfig,
  withinMs: number,
): Promise<DatabaseHost> {
  const limits = { connectionTimeoutMillis: withinMs, query_timeout: withinMs };
  try {
    return await Promise.any(hosts.map((host) => requireWritableHost(host, { ...config, ...limits })));
  } catch (error) {
    throw new NoWritableHostError((error as AggregateError).errors.map(({ message }: Error) => message));
  }
}
