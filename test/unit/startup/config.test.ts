import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, readConfig } from '../../../src/config/config.js';

function faultsOf(environment: NodeJS.ProcessEnv): string[] {
  try {
    readConfig(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).message).toMatch(/^The configuration has faults:\n/);
    return (error as ConfigError).message.split('\n').filter((line) => line.startsWith('  '));
  }
  return [];
}

describe('the configuration', () => {
  it('needs nothing to be set', () => {
    expect(readConfig({})).toMatchObject({
      port: 4000,
      host: '127.0.0.1',
      databaseUrl: undefined,
      dataDir: './data',
      isProduction: false,
      logLevel: 'info',
      corsOrigins: [],
      allowsLoopbackOrigins: true,
      introspection: true,
    });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '', CORS_ORIGINS: '' })).toEqual(readConfig({}));
  });

  it('reads a secret from the file that is named instead of the value, without its last line end', () => {
    const folder = mkdtempSync(join(tmpdir(), 'avara-secret-'));
    const file = join(folder, 'database-url');
    writeFileSync(file, 'postgres://avara:secret@db/avara\n');
    expect(readConfig({ DATABASE_URL_FILE: file }).databaseUrl).toBe('postgres://avara:secret@db/avara');
    expect(faultsOf({ DATABASE_URL_FILE: file, DATABASE_URL: 'postgres://db/avara' })).toEqual([
      '  DATABASE_URL_FILE: either this or DATABASE_URL is expected',
    ]);
    expect(faultsOf({ REDIS_URL_FILE: join(folder, 'none') })).toEqual([
      '  REDIS_URL_FILE: a file that can be read is expected (ENOENT)',
    ]);
    rmSync(folder, { recursive: true });
  });

  it('listens for Prometheus on the same host as for callers, unless another one is named', () => {
    expect(readConfig({ HOST: '0.0.0.0' }).metricsHost).toBe('0.0.0.0');
    expect(readConfig({ HOST: '0.0.0.0', METRICS_HOST: '10.0.0.7' }).metricsHost).toBe('10.0.0.7');
  });

  it('reads the names of manifests, and needs one where only trusted documents run', () => {
    expect(readConfig({}).trustedDocuments).toEqual({ files: [], isRequired: false, allowsFederation: false });
    const { trustedDocuments } = readConfig({
      TRUSTED_DOCUMENTS: 'web.json, app.json',
      TRUSTED_DOCUMENTS_ONLY: 'true',
    });
    expect(trustedDocuments).toMatchObject({ files: ['web.json', 'app.json'], isRequired: true });
    expect(faultsOf({ TRUSTED_DOCUMENTS_ONLY: 'true' })).toEqual([
      '  TRUSTED_DOCUMENTS: needed with TRUSTED_DOCUMENTS_ONLY',
    ]);
  });

  it('cannot be changed once it is read', () => {
    expect(Object.isFrozen(readConfig({}))).toBe(true);
  });

  it('hides the schema in production unless configured otherwise', () => {
    expect(readConfig({ NODE_ENV: 'production' })).toMatchObject({ isProduction: true, introspection: false });
    expect(readConfig({ NODE_ENV: 'production', INTROSPECTION: 'true' }).introspection).toBe(true);
  });

  it('reads a list of origins', () => {
    const { corsOrigins } = readConfig({ CORS_ORIGINS: 'https://a.example.org, http://localhost:3000' });
    expect(corsOrigins).toEqual(['https://a.example.org', 'http://localhost:3000']);
  });

  it('reports all faults together, says what is expected and repeats no value', () => {
    const faults = faultsOf({
      PORT: 'geheim1',
      HOST: '!geheim2!',
      DATABASE_URL: 'mysql://hans:geheim3@x',
      NODE_ENV: 'geheim4',
      LOG_LEVEL: 'geheim" not in choices [5',
      CORS_ORIGINS: 'geheim6',
      INTROSPECTION: 'geheim7',
    });
    expect(faults.join('\n')).not.toContain('geheim');
    expect(faults).toEqual([
      '  PORT: a port from 1 to 65535 is expected',
      '  HOST: a host name or an address such as 127.0.0.1 is expected',
      '  DATABASE_URL: a URL such as postgres://user:password@host:5432/name is expected',
      '  NODE_ENV: one of development, test, production is expected',
      '  LOG_LEVEL: one of fatal, error, warn, info, debug, trace, silent is expected',
      '  CORS_ORIGINS: a list of origins such as https://app.example.org is expected',
      '  INTROSPECTION: true or false is expected',
    ]);
  });

  it.each(['0', '65536', '80.5', '-1', '4000x'])('refuses %j as a port', (port) =>
    expect(faultsOf({ PORT: port })).toHaveLength(1),
  );

  it.each([
    'postgres://user:geheim@[bad:5432/name',
    'postgres://user:geheim@host:notaport/name',
    'postgres://user:geheim%@host/name',
    'geheim',
  ])('refuses %j as the address of a database, before anything connects', (address) => {
    const [fault, ...more] = faultsOf({ DATABASE_URL: address });
    expect(more).toEqual([]);
    expect(fault).toBe('  DATABASE_URL: a URL such as postgres://user:password@host:5432/name is expected');
  });

  it.each([
    'postgres://host/name',
    'postgresql://user:p%40ss@[::1]:5432/name?sslmode=require',
    'postgres://user:p%40ss@db1:5432,db2:5433,[::1]/name?target_session_attrs=read-write',
    'postgres://user@/name?host=/var/run/postgresql',
    'postgres:///name',
  ])('takes %j as the address of a database', (address) =>
    expect(readConfig({ DATABASE_URL: address }).databaseUrl).toBe(address),
  );

  it.each(['-1', '8001', '1e3', '0.5', 'Infinity'])('refuses to drain for %j milliseconds', (ms) =>
    expect(faultsOf({ DRAIN_MS: ms })).toEqual(['  DRAIN_MS: a whole number from 0 to 8000 is expected']),
  );

  it('drains for as long as a stop may take, and not at all where configured so', () => {
    expect(readConfig({ DRAIN_MS: '8000' }).drainMs).toBe(8_000);
    expect(readConfig({ DRAIN_MS: '0' }).drainMs).toBe(0);
  });

  it.each(['*', 'https://a.example.org/path', 'https://a.example.org/', 'example.org', 'null'])(
    'refuses %j as an origin',
    (origin) => expect(faultsOf({ CORS_ORIGINS: origin })).toHaveLength(1),
  );

  describe('.env.example', () => {
    const lines = readFileSync('.env.example', 'utf8').split('\n');
    const set = lines.filter((line) => /^[A-Z]/.test(line)).map((line) => line.split(/=(.*)/s).slice(0, 2));

    it('names each variable once: all that the service reads, and the one of the tracing libraries that turns traces on', () => {
      const files = readdirSync('src/config').filter((name) => name.endsWith('.ts'));
      const text = files.map((name) => readFileSync(join('src/config', name), 'utf8')).join('\n');
      const read = new Set([...text.matchAll(/^ +([A-Z][A-Z_]*): /gm)].map(([, name]) => name!));
      const ofFiles = ['DATABASE_URL_FILE', 'REDIS_URL_FILE'];
      expect(set.map(([name]) => name).sort()).toEqual([...read, ...ofFiles, 'OTEL_EXPORTER_OTLP_ENDPOINT'].sort());
    });

    it('gives each variable its default, so that a copy of the file as .env changes nothing', () => {
      expect(readConfig(Object.fromEntries(set) as NodeJS.ProcessEnv)).toEqual(readConfig({}));
    });
  });
});
