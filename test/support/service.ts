import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { buildApp, type App } from '../../src/app.js';
import { readConfig, type Config } from '../../src/config/config.js';
import { SCOPES, type Scope } from '../../src/identity/actor.js';
import { createClinic } from '../../src/identity/create-clinic.js';
import { issueApiKey, type NewApiKey } from '../../src/identity/issue-api-key.js';
import { markDistributed } from '../../src/database/distributed.js';
import { createTestDatabase, writesTableByTable, type Engine, type TestDatabase } from './engines.js';

/** A clinic of a test's own, with a key that may do everything unless scopes are given. */
export interface Clinic {
  clinicId: string;
  apiKeyId: string;
  token: string;
}

export interface Answer<Data = Record<string, any>> {
  status: number;
  headers: Headers;
  text: string;
  body: { data?: Data | null; errors?: GraphQLErrorBody[] } & Record<string, any>;
}

export interface GraphQLErrorBody {
  message: string;
  path?: (string | number)[];
  extensions: {
    code: string;
    requestId: string;
    fields?: { path: (string | number)[]; code: string; message: string }[];
  } & Record<string, any>;
}

/** A running service with a database of its own, reached over real HTTP. */
export interface Service {
  app: App;
  url: string;
  config: Config;
  dataSource: DataSource;
  /** Every line that it logged so far. */
  logLines(): Record<string, unknown>[];
  /** The line of a request, logged and counted only once its answer has been sent: waits for it. */
  requestLine(answer: Pick<Answer, 'headers'>): Promise<Record<string, unknown>>;
  newClinic(scopes?: Scope[]): Promise<Clinic>;
  /** One more key of a clinic. */
  newKey(clinic: Pick<Clinic, 'clinicId'>, key?: Partial<NewApiKey>): Promise<Clinic>;
  graphql(clinic: Pick<Clinic, 'token'>, query: string, variables?: Record<string, unknown>): Promise<Answer>;
  request(path: string, options?: RequestInit): Promise<Answer>;
  stop(): Promise<void>;
}

function logMemory(): { stream: Writable; lines: () => Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  let unfinished = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const texts = (unfinished + chunk.toString()).split('\n');
      unfinished = texts.pop()!;
      for (const text of texts) lines.push(JSON.parse(text) as Record<string, unknown>);
      done();
    },
  });
  return { stream, lines: () => [...lines] };
}

async function untilLogged(
  lines: () => Record<string, unknown>[],
  requestId: string | null,
): Promise<Record<string, unknown>> {
  for (;;) {
    const line = lines().find((one) => one.msg === 'request' && one.requestId === requestId);
    if (line) return line;
    await sleep(5);
  }
}

function parsed(text: string): Answer['body'] {
  try {
    return JSON.parse(text) as Answer['body'];
  } catch {
    return {};
  }
}

async function send(url: string, options?: RequestInit): Promise<Answer> {
  const response = await fetch(url, options);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parsed(text) };
}

export async function newClinic(dataSource: DataSource, scopes: Scope[] = [...SCOPES]): Promise<Clinic> {
  const clinicId = await createClinic(dataSource.manager, 'A clinic of a test');
  const key = await issueApiKey(dataSource.manager, { clinicId, scopes, description: 'test' });
  return { clinicId, ...key };
}

/** A key of the same form that differs in one character, whatever the key is: its own characters are random. */
export const wrongKey = (token: string): string => `${token.slice(0, -1)}${token.endsWith('x') ? 'y' : 'x'}`;

/** Starts the service on a free port and a database of its own; `environment` overrides its configuration. */
export async function startService(engine: Engine, environment: NodeJS.ProcessEnv = {}): Promise<Service> {
  return serviceOn(await createTestDatabase(engine), environment);
}

/** Starts the service on a database that may have others; `stop` removes the database too. */
export async function serviceOn(database: TestDatabase, environment: NodeJS.ProcessEnv = {}): Promise<Service> {
  const config = readConfig({
    NODE_ENV: 'test',
    DRAIN_MS: '0',
    // Errors name their place in the documentation where it is served; test/e2e/pages/ says how.
    DOCS: 'false',
    // A busy machine is no overload; the tests of overload say what is.
    MAX_EVENT_LOOP_DELAY_MS: '60000',
    MAX_MEAN_LATENCY_MS: '60000',
    DATABASE_URL: database.databaseUrl,
    DATA_DIR: database.dataDir,
    ...environment,
  });
  const log = logMemory();
  const app = await buildApp(config, log.stream);
  const url = await app.server.listen({ port: 0, host: '127.0.0.1' });
  const { dataSource } = app.database;
  if (writesTableByTable) markDistributed(dataSource);
  const json = { 'content-type': 'application/json' };
  return {
    app,
    url,
    config,
    dataSource,
    logLines: log.lines,
    requestLine: ({ headers }) => untilLogged(log.lines, headers.get('x-request-id')),
    newClinic: (scopes) => newClinic(dataSource, scopes),
    newKey: async ({ clinicId }, key) => {
      const all = { scopes: [...SCOPES], description: 'test', ...key, clinicId };
      return { clinicId, ...(await issueApiKey(dataSource.manager, all)) };
    },
    request: (path, options) => send(url + path, options),
    graphql: ({ token }, query, variables) =>
      send(`${url}/graphql`, {
        method: 'POST',
        headers: { ...json, authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables }),
      }),
    stop: async () => {
      await app.stop();
      await database.remove();
    },
  };
}
