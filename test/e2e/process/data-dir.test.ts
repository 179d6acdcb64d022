import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '../../support/engines.js';
import { freePort } from '../../support/servers/postgres-server.js';

const UNSHARE = ['--pid', '--fork', '--kill-child', '--mount-proc'];
const canUnshare = spawnSync('unshare', [...UNSHARE, 'true']).status === 0;

let place: TestDatabase;
const started: ChildProcess[] = [];
beforeEach(async () => {
  place = await createTestDatabase('embedded');
});
afterEach(async () => {
  for (const child of started.splice(0)) await kill(child);
  await place.remove();
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** The service as a container runs it: process 1 of a namespace of its own. */
async function startInNamespace(): Promise<{ child: ChildProcess; output: () => string }> {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, PORT: String(await freePort()), DATA_DIR: place.dataDir };
  const child = spawn('unshare', [...UNSHARE, process.execPath, 'dist/src/main.js'], { env });
  started.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, output: () => text };
}

async function untilReady({ child, output }: Awaited<ReturnType<typeof startInNamespace>>): Promise<void> {
  while (!/is ready at/.test(output())) {
    if (child.exitCode !== null) throw new Error(output());
    await sleep(20);
  }
}

if (canUnshare) {
  it('serves one of two containers, and the next one immediately after kill -9', async () => {
    const first = await startInNamespace();
    await untilReady(first);
    const lock = JSON.parse(await readFile(join(place.dataDir, 'lock'), 'utf8')) as { pid: number };
    expect(lock.pid).toBe(1);
    const second = await startInNamespace();
    await once(second.child, 'close');
    expect(second.child.exitCode).toBe(1);
    expect(second.output()).toContain('in use by process 1 on ');
    expect(second.output()).toContain('another container or machine');
    await kill(first.child);
    await untilReady(await startInNamespace());
  });
} else {
  it('cannot run containers here: two processes stand for them in test/unit/database/data-dir-lock.test.ts', () => {
    process.stderr.write('NOT RUN: two containers on one data folder. This user may not make process namespaces.\n');
  });
}
