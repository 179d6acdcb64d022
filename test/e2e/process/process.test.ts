import { once } from 'node:events';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openServiceDatabase } from '../../../src/service-database.js';
import { createTestDatabase, onEachEngine, type Engine, type TestDatabase } from '../../support/engines.js';
import { failToStart, startServerProcess, type ServerProcess } from '../../support/server-process.js';
import { newClinic } from '../../support/service.js';

const CREATE = `mutation($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { expressCustomerId } }`;
const NAMES = `{ expressCustomers(first: 100) { totalCount nodes { expressCustomerName } } }`;

async function graphql(url: string, token: string, query: string, variables?: object): Promise<any> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

const create = (url: string, token: string, expressCustomerName: string) =>
  graphql(url, token, CREATE, { input: { expressCustomerName } });

const environmentOf = ({ databaseUrl, dataDir }: TestDatabase) => ({
  DATABASE_URL: databaseUrl ?? '',
  DATA_DIR: dataDir,
});

let place: TestDatabase;
let running: ServerProcess | undefined;
const start = async (environment: NodeJS.ProcessEnv = {}) =>
  (running = await startServerProcess({ environment: { ...environmentOf(place), ...environment } }));
afterEach(async () => {
  await running?.end('SIGKILL');
  running = undefined;
  await place.remove();
});

/** What a start prints comes just after the service is ready. */
async function readStartOutput({ output }: ServerProcess): Promise<string> {
  while (!/\bready\b[^]*\n$/.test(output())) await sleep(20);
  return output();
}

async function tokenFor(engine: Engine): Promise<string> {
  if (engine === 'embedded') return (await readFile(join(place.dataDir, 'api-key'), 'utf8')).trim();
  const database = await openServiceDatabase(place);
  const { token } = await newClinic(database.dataSource);
  await database.close();
  return token;
}

onEachEngine((engine) => {
  beforeEach(async () => {
    place = await createTestDatabase(engine);
  });

  it('finishes what it accepted before SIGTERM or SIGINT, and knows it after a restart', async () => {
    const names: string[] = [];
    let token: string | undefined;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const service = await start();
      token ??= await tokenFor(engine);
      const more = Array.from({ length: 20 }, (_, index) => `in flight at ${signal} ${index}`);
      // Accepted: the server has the request's head and waits for the last byte of its body.
      const sent = await Promise.all(more.map((name) => halfSentCreate(service.url, token!, name)));
      const ended = service.end(signal);
      await untilRefused(`${service.url}/livez`);
      const answers = await Promise.all(sent.map((request) => request.finish()));
      expect(answers.map((text) => /cus_[0-9a-f]{32}/.test(text))).toEqual(more.map(() => true));
      expect((await ended).code).toBe(0);
      names.push(...more);
    }
    const { url } = await start();
    const { data } = await graphql(url, token!, NAMES);
    expect(data.expressCustomers.nodes.map((node: any) => node.expressCustomerName).sort()).toEqual([...names].sort());
  });

  it('prints where to go next', async () => {
    const service = await start();
    const { url } = service;
    const text = await readStartOutput(service);
    expect(text).toContain(`avara-express-customers is ready at ${url}/graphql`);
    expect(text).toContain(`Open ${url} in a browser`);
  });

  it('writes nothing but JSON lines in production', async () => {
    const service = await start({ NODE_ENV: 'production' });
    const lines = (await readStartOutput(service))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'ready', address: service.url }));
  });
});

async function untilRefused(url: string): Promise<void> {
  try {
    for (;;) await (await fetch(url)).text();
  } catch {
    // Nobody listens any more.
  }
}

async function halfSentCreate(url: string, token: string, name: string): Promise<{ finish(): Promise<string> }> {
  const { hostname, port } = new URL(url);
  const body = JSON.stringify({ query: CREATE, variables: { input: { expressCustomerName: name } } });
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  const head = [
    'POST /graphql HTTP/1.1',
    'host: localhost',
    'expect: 100-continue',
    'content-type: application/json',
    `authorization: Bearer ${token}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  // "100 Continue" says that the request has been accepted.
  await once(socket, 'data');
  return {
    finish: async () => {
      const closed = once(socket, 'close');
      socket.write(body);
      await closed;
      return answer;
    },
  };
}

describe('with the embedded engine', () => {
  beforeEach(async () => {
    place = await createTestDatabase('embedded');
  });

  it('makes a demo key at the first start, shows it until there is a customer, and keeps it for its owner alone', async () => {
    const first = await start();
    const token = await tokenFor('embedded');
    expect((await readStartOutput(first)).split(token)).toHaveLength(3);
    expect((await stat(join(place.dataDir, 'api-key'))).mode & 0o777).toBe(0o600);
    expect((await first.end('SIGTERM')).code).toBe(0);
    const again = await start();
    expect((await readStartOutput(again)).split(token)).toHaveLength(3);
    expect(again.output()).toContain('The demo clinic has no customers yet.');
    expect((await create(again.url, token, 'By the demo key')).data.createExpressCustomer.expressCustomerId).toMatch(
      /^cus_/,
    );
    expect((await again.end('SIGTERM')).code).toBe(0);
    const second = await start();
    expect(await tokenFor('embedded')).toBe(token);
    expect(await readStartOutput(second)).not.toContain(token);
    expect((await graphql(second.url, token, NAMES)).data.expressCustomers.totalCount).toBe(1);
  });

  it('says at the end that it has stopped, and where the data is', async () => {
    const service = await start();
    await readStartOutput(service);
    await service.end('SIGINT');
    expect(service.output()).toMatch(new RegExp(`\\nStopped\\. Your customers are kept in ${place.dataDir}\\.\\n$`));
  });

  it('reads .env in its working directory, where variables that are set already win', async () => {
    const folder = join(place.dataDir, 'elsewhere');
    await mkdir(folder);
    await writeFile(join(folder, '.env'), 'NODE_ENV=production\nLOG_LEVEL=nonsense\nDATA_DIR=..\n');
    const environment = { DATABASE_URL: '', LOG_LEVEL: 'info' };
    running = await startServerProcess({ environment, cwd: folder });
    expect(await readStartOutput(running)).toContain('"msg":"ready"');
    expect((await stat(join(place.dataDir, 'api-key'))).isFile()).toBe(true);
  });

  it('refuses a second process on its folder in words, and the first goes on', async () => {
    const first = await start();
    const { code, output } = await failToStart(environmentOf(place));
    expect(code).toBe(1);
    expect(output).toContain(`is in use by process ${first.pid}`);
    expect(output).toContain('DATABASE_URL');
    expect(output).not.toContain('    at ');
    const token = await tokenFor('embedded');
    expect((await create(first.url, token, 'Still here')).errors).toBeUndefined();
  });

  it('starts again after kill -9 with everything that it acknowledged', async () => {
    const first = await start();
    const token = await tokenFor('embedded');
    await create(first.url, token, 'Acknowledged');
    expect((await first.end('SIGKILL')).signal).toBe('SIGKILL');
    const { url } = await start();
    expect((await graphql(url, token, NAMES)).data.expressCustomers.nodes).toEqual([
      { expressCustomerName: 'Acknowledged' },
    ]);
  });
});

describe('the log', () => {
  beforeEach(async () => {
    place = await createTestDatabase('embedded');
  });

  it('is JSON where a program reads it, and for people where LOG_FORMAT is pretty', async () => {
    const service = await start();
    expect(await readStartOutput(service)).toMatch(/^\{"level":30,.*"msg":"listening at http:.*"\}$/m);
    await service.end('SIGTERM');
    const readable = await start({ LOG_FORMAT: 'pretty' });
    expect(await readStartOutput(readable)).toMatch(/^\[[\d:.]+\] INFO: listening at http:\S+$/m);
    expect(readable.output()).not.toContain('"level"');
  });
});

describe('a start that cannot succeed', () => {
  beforeEach(async () => {
    place = await createTestDatabase('embedded');
  });

  it.each([
    ['names all faults of the configuration', { PORT: 'x', LOG_LEVEL: 'y' }, /PORT:[^]*LOG_LEVEL:/],
    [
      'says that no database answers',
      { DATABASE_URL: 'postgres://127.0.0.1:1/x' },
      /No database answers at DATABASE_URL/,
    ],
    ['says that the address is not its own', { HOST: '192.0.2.1' }, /HOST/],
    ['says that the name of the address leads nowhere', { HOST: 'name.invalid' }, /No address is known[^]*HOST/],
    ['says that the address of the database is none', { DATABASE_URL: 'postgres://u:p@h:x/n' }, /DATABASE_URL:/],
    ['says that the folder is a file', { DATA_DIR: __filename }, /DATA_DIR\) cannot be used: it is a file/],
  ])('%s and ends with 1', async (_title, environment, words) => {
    const { code, output } = await failToStart({ ...environmentOf(place), ...environment });
    expect(code).toBe(1);
    expect(output).toMatch(words);
    expect(output).not.toContain('    at ');
  });

  it.each([
    ['explains its settings, and starts nothing', '--help', 0, /PORT, HOST [^]*npm run cli -- --help/],
    ['refuses what it does not know', '--port=1', 1, /unknown option '--port=1'/],
  ])('%s', async (_title, argument, code, words) => {
    const dataDir = join(place.dataDir, 'new');
    const ended = await failToStart({ ...environmentOf(place), DATA_DIR: dataDir }, [argument]);
    expect(ended).toEqual({ code, output: expect.stringMatching(words) });
    await expect(stat(dataDir)).rejects.toThrow('ENOENT');
  });

  it('tries its port before it makes anything, so that the key is shown by the start that succeeds', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const dataDir = join(place.dataDir, 'new');
    const { code, output } = await failToStart({ DATA_DIR: dataDir, PORT: String(port) });
    taken.close();
    expect(code).toBe(1);
    expect(output).toContain(`Port ${port} on 127.0.0.1 is taken. Set PORT to another one`);
    await expect(stat(dataDir)).rejects.toThrow('ENOENT');
  });

  it('names .env when it cannot be read', async () => {
    const folder = join(place.dataDir, 'elsewhere');
    await mkdir(join(folder, '.env'), { recursive: true });
    const starting = startServerProcess({ environment: environmentOf(place), cwd: folder });
    await expect(starting).rejects.toThrow('The file .env in the working directory cannot be read.');
  });

  it('says that the database does not exist', async () => {
    const missing = new URL(process.env.TEST_POSTGRES_URL!);
    missing.pathname = '/there_is_no_such_database';
    const { code, output } = await failToStart({ DATABASE_URL: missing.href });
    expect(code).toBe(1);
    expect(output).toMatch(/Create it, or correct the name/);
  });
});
