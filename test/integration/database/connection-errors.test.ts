import { execFileSync } from 'node:child_process';
import { chownSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { isUnavailable, sqlState } from '../../../src/database/connection/postgres-errors.js';
import { openServiceDatabase } from '../../../src/service-database.js';
import { makeCertificate } from '../../support/certificate.js';
import { commandLineProcess } from '../../support/command-line.js';
import { startPostgresServer, type PostgresServer } from '../../support/servers/postgres-server.js';
import { failToStart } from '../../support/server-process.js';

const HBA = `
host all scram_user 127.0.0.1/32 scram-sha-256
host all md5_user 127.0.0.1/32 md5
host all plain_user 127.0.0.1/32 password
host all rejected_user 127.0.0.1/32 reject
host all all 127.0.0.1/32 trust
`;
const USERS = ['scram_user', 'md5_user', 'plain_user', 'rejected_user', 'limited_user'];

let folder: string;
let server: PostgresServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'avara-connection-'));
  await chmod(folder, 0o755);
  const { certificate, key } = makeCertificate('127.0.0.1');
  const files = {
    'pg_hba.conf': HBA,
    'server.crt': certificate,
    'server.key': key,
    'other.crt': makeCertificate('127.0.0.1').certificate,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  // The server reads its key when it is its own alone; as root it runs as another user.
  await chmod(join(folder, 'server.key'), 0o600);
  if (userInfo().uid === 0) chownSync(join(folder, 'server.key'), Number(execFileSync('id', ['-u', 'nobody'])), -1);
  const at = (name: string) => join(folder, name);
  const settings = {
    hba_file: at('pg_hba.conf'),
    ssl: 'on',
    ssl_cert_file: at('server.crt'),
    ssl_key_file: at('server.key'),
  };
  server = await startPostgresServer({ settings: { ...settings, password_encryption: 'scram-sha-256' } });
  const admin = new Client({ connectionString: server.url('postgres') });
  await admin.connect();
  for (const user of USERS) await admin.query(`CREATE ROLE ${user} LOGIN PASSWORD 'right'`);
  await admin.query(`SET password_encryption = 'md5'; ALTER ROLE md5_user PASSWORD 'right'`);
  await admin.query('ALTER ROLE limited_user CONNECTION LIMIT 0');
  await admin.query('CREATE DATABASE closed ALLOW_CONNECTIONS false');
  await admin.end();
});
afterAll(async () => {
  await server.remove();
  await rm(folder, { recursive: true });
});

const urlOf = (user: string, { database = 'postgres', query = '', host = '127.0.0.1' } = {}) =>
  `postgres://${user}@${host}:${server.port}/${database}${query}`;

async function tryUrl(databaseUrl: string): Promise<string> {
  try {
    const database = await openServiceDatabase({ databaseUrl, dataDir: '' });
    await database.close();
    return 'connected';
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

const NO_PASSWORD = 'ConnectionError: DATABASE_URL has no password, and the database asks for one.';

describe('an answer of the server is passed on with what to do', () => {
  it.each(['scram_user', 'md5_user', 'plain_user'])('%s without a password', async (user) => {
    expect(await tryUrl(urlOf(user))).toContain(NO_PASSWORD);
    expect(await tryUrl(urlOf(`${user}:right`))).toBe('connected');
    expect(await tryUrl(urlOf(`${user}:wrong`))).toMatch(
      /PostgreSQL rejects the user or the password.*PostgreSQL says: .*failed.* \(28P01\)/,
    );
  });

  it.each([
    [
      'an entry of pg_hba.conf that rejects',
      () => urlOf('rejected_user'),
      /PostgreSQL refuses this user: .*pg_hba.*PostgreSQL says: .*rejects.* \(28000\)/,
    ],
    [
      'a user without a connection left',
      () => urlOf('limited_user'),
      /PostgreSQL has no connection left.*max_connections.*PostgreSQL says: too many.* \(53300\)/,
    ],
    [
      'a database that takes none',
      () => urlOf('postgres', { database: 'closed' }),
      /takes no connections: .*ALLOW_CONNECTIONS.*\(55000\)/,
    ],
    [
      'no such database',
      () => urlOf('postgres', { database: 'none' }),
      /PostgreSQL has no database of the name.*Create it, or correct the name.*\(3D000\)/,
    ],
    [
      'a parameter that the server does not know',
      () => urlOf('postgres', { query: `?options=${encodeURIComponent('-c no_such_setting=1')}` }),
      /PostgreSQL says: .*no_such_setting/,
    ],
  ])('%s', async (_case, url, words) => {
    const refusal = await tryUrl(url());
    expect(refusal).toMatch(words);
    expect(refusal).not.toContain('No database answers');
  });
});

describe('no answer is called that, with the address', () => {
  it.each([
    ['a closed port', 'postgres://u@127.0.0.1:1/x', 'connect ECONNREFUSED 127.0.0.1:1'],
    ['an unknown host', 'postgres://u@name.invalid/x', 'name.invalid'],
    ['a network without a route', 'postgres://u@255.255.255.255/x', '255.255.255.255:5432'],
    ['a Unix socket that is not there', 'postgres:///x?host=/nowhere', 'connect ENOENT /nowhere/.s.PGSQL.5432'],
  ])('%s', async (_case, url, words) => {
    const refusal = await tryUrl(url);
    expect(refusal).toContain('ConnectionError: No database answers at DATABASE_URL.');
    expect(refusal).toContain(words);
  });
});

it('takes a login that a running service is refused, as after a change of the password, for a database that is away', async () => {
  const admin = new Client({ connectionString: server.url('postgres') });
  await admin.connect();
  await admin.query(`ALTER ROLE scram_user PASSWORD 'right'`);
  const database = await openServiceDatabase({ databaseUrl: urlOf('scram_user:right'), dataDir: '' });
  try {
    await admin.query(`ALTER ROLE scram_user PASSWORD 'changed'`);
    await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'scram_user'`);
    const refusals: unknown[] = [];
    while (refusals.length === 0 || sqlState(refusals.at(-1)) !== '28P01')
      await database.dataSource.query('SELECT 1').catch((error: unknown) => refusals.push(error));
    expect(refusals.every(isUnavailable)).toBe(true);
  } finally {
    await admin.query(`ALTER ROLE scram_user PASSWORD 'right'`);
    await admin.end();
    await database.close();
  }
});

describe('TLS', () => {
  const warnings: string[] = [];
  const remember = (warning: Error) => void warnings.push(warning.message);
  beforeAll(() => void process.on('warning', remember));
  afterAll(() => void process.off('warning', remember));

  it.each(['prefer', 'require', 'verify-ca', 'verify-full'])('sslmode=%s checks the certificate', async (mode) => {
    const query = `?sslmode=${mode}`;
    const refusal = await tryUrl(urlOf('postgres', { query }));
    expect(refusal).toContain(
      'ConnectionError: The certificate of the server at DATABASE_URL is signed by itself. Name',
    );
    expect(refusal).toContain('(self-signed certificate)');
    const trusted = `${query}&sslrootcert=${join(folder, 'server.crt')}`;
    expect(await tryUrl(urlOf('postgres', { query: trusted }))).toBe('connected');
    const other = `${query}&sslrootcert=${join(folder, 'other.crt')}`;
    expect(await tryUrl(urlOf('postgres', { query: other }))).toContain(
      'The certificate of the server at DATABASE_URL',
    );
    const elsewhere = await tryUrl(urlOf('postgres', { query: trusted, host: 'localhost' }));
    expect(elsewhere).toContain('belongs to another host name');
  });

  it('warns of nothing', () => {
    expect(warnings.filter((message) => /SSL|sslmode/i.test(message))).toEqual([]);
  });

  it('sslmode=no-verify encrypts without checking, and sslrootcert=system trusts what this machine trusts', async () => {
    expect(await tryUrl(urlOf('postgres', { query: '?sslmode=no-verify' }))).toBe('connected');
    expect(await tryUrl(urlOf('postgres', { query: '?sslrootcert=system' }))).toContain('signed by itself');
  });

  it('says of a server without TLS that it offers none', async () => {
    const url = `${process.env.TEST_POSTGRES_URL!}?sslmode=require`;
    expect(await tryUrl(url)).toMatch(/asks for TLS, and the server offers none.*sslmode=disable/);
  });

  it.each([
    ['?sslmode=requrie', 'sslmode is one of disable, no-verify, prefer, require, verify-ca, verify-full.'],
    ['?sslrootcert=/no/ca.pem', 'the file of sslrootcert=/no/ca.pem cannot be read (ENOENT'],
    ['?sslmode=verify-full&sslkey=/no/key.pem', 'the file of sslkey=/no/key.pem cannot be read (ENOENT'],
    ['?target_session_attrs=standby', 'target_session_attrs is one of read-write, primary. An instance'],
    ['?sslrootcert=package.json', 'the file of sslrootcert=package.json holds no certificate'],
  ])('%s is refused before anything is sent', async (query, words) => {
    expect(await tryUrl(urlOf('postgres', { query }))).toContain(`DatabaseUrlError: DATABASE_URL: ${words}`);
  });
});

it('ends immediately after a refused login, and not when the server stops waiting for it', async () => {
  const place = { databaseUrl: urlOf('scram_user'), dataDir: '' };
  const { code, output } = await failToStart({ DATABASE_URL: place.databaseUrl });
  expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('DATABASE_URL has no password') });
  expect(output).not.toContain('    at ');
  const { exitCode, stderr } = await commandLineProcess(place)('clinics', 'list');
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: expect.stringContaining('DATABASE_URL has no password'),
  });
});
