import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './servers/postgres-server.js';

const MAIN = join(process.cwd(), 'dist/src/main.js');
const READY_WITHIN_MS = 120_000;

/** The built service as an operator runs it: a process of its own. */
export interface ServerProcess {
  url: string;
  pid: number;
  /** From spawn to the first 200 of /readyz. */
  readyAfterMs: number;
  /** All that it wrote so far. */
  output: () => string;
  /** Sends a signal and waits for the end. */
  end: (
    signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL',
  ) => Promise<{ code: number | null; signal: NodeJS.Signals | null; ms: number }>;
  hasEnded(): boolean;
}

export interface ServerProcessOptions {
  /** As in the configuration: DATABASE_URL, DATA_DIR and whatever else. */
  environment: NodeJS.ProcessEnv;
  port?: number;
  /** The working directory, whose `.env` it reads; one without that file unless given. */
  cwd?: string;
}

function spawnServer(
  port: number,
  environment: NodeJS.ProcessEnv,
  { argv = [], cwd = process.env.TEST_SCRATCH ?? tmpdir() }: { argv?: string[]; cwd?: string | undefined } = {},
): { child: ChildProcess; output: () => string } {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, HOST: '127.0.0.1', PORT: String(port), ...environment };
  const child = spawn(process.execPath, [MAIN, ...argv], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, output: () => text };
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  );

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

async function untilReady(url: string, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await isReady(url))) {
    if (ended(child) || Date.now() > deadline)
      throw new Error(`The service did not get ready:\n${output().slice(-2_000)}`);
    await sleep(20);
  }
}

/** Starts the built service and waits until it is ready. The port stays the same over restarts when it is given. */
export async function startServerProcess({ environment, port, cwd }: ServerProcessOptions): Promise<ServerProcess> {
  const ownPort = port ?? (await freePort());
  const url = `http://127.0.0.1:${ownPort}`;
  const started = performance.now();
  const { child, output } = spawnServer(ownPort, environment, { cwd });
  await untilReady(url, child, output);
  const end: ServerProcess['end'] = async (signal) => {
    const asked = performance.now();
    const exit = ended(child) ? undefined : once(child, 'exit');
    child.kill(signal);
    await exit;
    return { code: child.exitCode, signal: child.signalCode, ms: performance.now() - asked };
  };
  return { url, pid: child.pid!, readyAfterMs: performance.now() - started, output, end, hasEnded: () => ended(child) };
}

/** Starts the built service where it does not stay up. @returns its exit code and what it said. */
export async function failToStart(
  environment: NodeJS.ProcessEnv,
  argv: string[] = [],
): Promise<{ code: number | null; output: string }> {
  const { child, output } = spawnServer(await freePort(), environment, { argv });
  await once(child, 'close');
  return { code: child.exitCode, output: output() };
}
