import { execFileSync } from 'node:child_process';
import { chownSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openServiceDatabase } from '../../../src/service-database.js';
import { makeCertificate, type Certificate } from '../../support/certificate.js';
import { startPostgresServer, type PostgresServer } from '../../support/servers/postgres-server.js';

const HBA = `
host all postgres 127.0.0.1/32 trust
hostssl all certified 127.0.0.1/32 trust clientcert=verify-ca
hostssl all encrypted 127.0.0.1/32 trust
`;
const ADDRESS = '127.0.0.1';

const authority = makeCertificate(ADDRESS, { commonName: 'an authority' });
const namesake = makeCertificate(ADDRESS, { commonName: 'an authority' });
const good = makeCertificate(ADDRESS, { issuer: authority });
const client = makeCertificate(ADDRESS, { commonName: 'certified', issuer: authority });
const stranger = makeCertificate(ADDRESS, { commonName: 'certified' });
const lapsed = makeCertificate(ADDRESS, { commonName: 'certified', issuer: authority, days: [-3, -2] });

let folder: string;
let server: PostgresServer;
const at = (name: string): string => join(folder, name);

/** The server reads its key when it is its own alone; as root it runs as another user. */
async function writeServerFiles({ certificate, key }: Certificate): Promise<void> {
  await writeFile(at('server.crt'), certificate);
  await writeFile(at('server.key'), key);
  await chmod(at('server.key'), 0o600);
  if (userInfo().uid === 0) chownSync(at('server.key'), Number(execFileSync('id', ['-u', 'nobody'])), -1);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'avara-tls-'));
  await chmod(folder, 0o755);
  await writeFile(at('pg_hba.conf'), HBA);
  for (const [name, { certificate, key }] of Object.entries({ authority, namesake, client, stranger, lapsed })) {
    await writeFile(at(`${name}.crt`), certificate);
    await writeFile(at(`${name}.key`), key);
  }
  await writeServerFiles(good);
  const settings = { hba_file: at('pg_hba.conf'), ssl: 'on', ssl_ca_file: at('authority.crt') };
  server = await startPostgresServer({
    settings: { ...settings, ssl_cert_file: at('server.crt'), ssl_key_file: at('server.key') },
  });
  for (const user of ['certified', 'encrypted']) await server.query(`CREATE ROLE ${user} LOGIN`);
});
afterAll(async () => {
  await server.remove();
  await rm(folder, { recursive: true });
});

async function tryUrl(user: string, parameters: Record<string, string>, host = ADDRESS): Promise<string> {
  const query = new URLSearchParams(parameters).toString();
  try {
    const databaseUrl = `postgres://${user}@${host}:${server.port}/postgres?${query}`;
    const database = await openServiceDatabase({ databaseUrl, dataDir: '' });
    await database.close();
    return 'connected';
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

const trusted = (name = 'authority') => ({ sslmode: 'verify-full', sslrootcert: at(`${name}.crt`) });
const certified = (name: string, key = name) => ({
  ...trusted(),
  sslcert: at(`${name}.crt`),
  sslkey: at(`${key}.key`),
});

describe("a certificate of the server that is not trusted is explained by what is wrong with it, and the server's words", () => {
  /** Gives the server another certificate for the time of some work. */
  async function withServerCertificate(other: Certificate, work: () => Promise<void>): Promise<void> {
    const reload = async (files: Certificate, isThere: (answer: string) => boolean) => {
      await writeServerFiles(files);
      await server.query('SELECT pg_reload_conf()');
      while (!isThere(await tryUrl('postgres', trusted()))) await sleep(50);
    };
    await reload(other, (answer) => answer !== 'connected');
    try {
      await work();
    } finally {
      await reload(good, (answer) => answer === 'connected');
    }
  }

  it.each([
    ['has expired. Renew it at the server;', { issuer: authority, days: [-3, -2] as [number, number] }],
    ['is not valid yet. Correct the clock of this machine', { issuer: authority, days: [2, 3] as [number, number] }],
    ['is signed by itself. Name the file of its authority with ?sslrootcert=', { commonName: 'itself' }],
    ['is not signed by the authority in the file of sslrootcert. Name', { issuer: namesake }],
    [
      'is signed by an authority that this machine does not know. Name the file',
      { issuer: makeCertificate(ADDRESS, { commonName: 'unknown' }) },
    ],
  ])('%s', async (words, options) => {
    await withServerCertificate(makeCertificate(ADDRESS, options), async () => {
      const refusal = await tryUrl('postgres', trusted());
      expect(refusal).toContain(`ConnectionError: The certificate of the server at DATABASE_URL ${words}`);
      expect(refusal).toMatch(/; \?sslmode=no-verify encrypts without checking whom it talks to\. \(.+\)$/);
      expect(await tryUrl('postgres', { sslmode: 'no-verify' })).toBe('connected');
    });
  });

  it('belongs to another host name', async () => {
    expect(await tryUrl('postgres', trusted(), 'localhost')).toContain(
      'The certificate of the server at DATABASE_URL belongs to another host name. Name the host in DATABASE_URL as the certificate does;',
    );
  });
});

describe('a client certificate', () => {
  it('is asked for by PostgreSQL', async () => {
    const refusal = await tryUrl('certified', trusted());
    expect(refusal).toContain('ConnectionError: PostgreSQL asks for a client certificate: add ?sslcert=');
    expect(refusal).toContain('PostgreSQL says: connection requires a valid client certificate (28000)');
  });

  it('is accepted when its authority is trusted, and otherwise PostgreSQL refuses it', async () => {
    expect(await tryUrl('certified', certified('client'))).toBe('connected');
    for (const name of ['stranger', 'lapsed'])
      expect(await tryUrl('certified', certified(name))).toContain(
        'ConnectionError: PostgreSQL refuses the client certificate of sslcert in DATABASE_URL.',
      );
  });

  it.each([
    ['sslcert and sslkey are needed together.', () => ({ ...trusted(), sslcert: at('client.crt') })],
    ['sslcert and sslkey are needed together.', () => ({ ...trusted(), sslkey: at('client.key') })],
    ['the key of sslkey does not belong to the certificate of sslcert.', () => certified('client', 'stranger')],
    ['holds no private key in PEM format without a passphrase.', () => ({ ...trusted(), sslkey: at('client.crt') })],
    ['holds no certificate in PEM format.', () => ({ ...trusted(), sslcert: at('client.key') })],
  ])('is refused before anything is sent: %s', async (words, parameters) => {
    expect(await tryUrl('certified', parameters())).toMatch(/^DatabaseUrlError: DATABASE_URL: /);
    expect(await tryUrl('certified', parameters())).toContain(words);
  });
});

it('a user who must encrypt is refused in words that name sslmode', async () => {
  expect(await tryUrl('encrypted', { sslmode: 'disable' })).toMatch(/pg_hba\.conf.*\?sslmode=require.*\(28000\)$/);
  expect(await tryUrl('encrypted', trusted())).toBe('connected');
});

it('a server that offers only an old version of TLS is explained as such', async () => {
  await server.query("ALTER SYSTEM SET ssl_min_protocol_version = 'TLSv1'");
  await server.query("ALTER SYSTEM SET ssl_max_protocol_version = 'TLSv1.1'");
  await server.query('SELECT pg_reload_conf()');
  let answer = '';
  while (/^(connected|)$/.test(answer)) answer = await tryUrl('postgres', trusted());
  await server.query('ALTER SYSTEM RESET ALL');
  await server.query('SELECT pg_reload_conf()');
  expect(answer).toContain('ConnectionError: The server at DATABASE_URL and Node have no version of TLS in common.');
});
