import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '../../support/engines.js';
import { freePort } from '../../support/servers/postgres-server.js';

const MAIN = join(process.cwd(), 'dist/src/main.js');
/** Their lines are several times what a pipe holds. */
const CALLS = 2_000;

let place: TestDatabase;
let child: ChildProcess | undefined;
beforeEach(async () => {
  place = await createTestDatabase('embedded');
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await place.remove();
});

/** Starts the service with a standard output that nobody reads. */
async function startUnread(): Promise<string> {
  const port = await freePort();
  const env = { PATH: process.env.PATH, DATA_DIR: place.dataDir, HOST: '127.0.0.1', PORT: String(port) };
  child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const url = `http://127.0.0.1:${port}`;
  const isReady = () =>
    fetch(`${url}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    );
  while (!(await isReady())) await sleep(50);
  return url;
}

async function callMany(url: string): Promise<Set<number>> {
  const statuses = new Set<number>();
  const caller = async () => {
    for (let call = 0; call < CALLS / 20; call += 1) {
      const response = await fetch(`${url}/nothing`);
      await response.arrayBuffer();
      statuses.add(response.status);
    }
  };
  await Promise.all(Array.from({ length: 20 }, caller));
  return statuses;
}

it('answers, and ends on SIGTERM with 0, while nobody reads its log', async () => {
  const url = await startUnread();
  expect([...(await callMany(url))]).toEqual([404]);
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  const exit = once(child!, 'exit');
  child!.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});

it('writes what waited once its log is read again, and the last lines before it ends', async () => {
  const url = await startUnread();
  await callMany(url);
  let text = '';
  child!.stdout!.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const lines = () => text.split('\n').filter((line) => line.includes('"msg":"request"'));
  while (lines().length < CALLS) await sleep(20);
  const last = await fetch(`${url}/v1/nothing`);
  const closed = once(child!, 'close');
  child!.kill('SIGTERM');
  await closed;
  expect(lines()).toHaveLength(CALLS + 1);
  expect(lines().at(-1)).toContain(last.headers.get('x-request-id'));
});
