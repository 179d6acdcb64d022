import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from './targets.js';

export interface RunningTarget {
  target: Target;
  pid: number;
  url: string;
  startMilliseconds: number;
  /** Resident memory now, in MB. */
  memory(): Promise<number>;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function untilAnswering(url: string, child: ChildProcess): Promise<void> {
  for (let tried = 0; tried < 3_000; tried += 1) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const answered = await fetch(url).then(
      (response) => response.arrayBuffer(),
      () => null,
    );
    if (answered) return;
    await sleep(10);
  }
  throw new Error('the server did not answer within 30 s');
}

async function residentMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024;
}

/** Starts a server as a process of its own, in production mode, and waits for its first answer. */
export async function startTarget(target: Target, env: Record<string, string>): Promise<RunningTarget> {
  const port = await freePort();
  const began = performance.now();
  const child = spawn(process.execPath, [...(target.flags ?? []), target.script], {
    env: { PATH: process.env.PATH ?? '', NODE_ENV: 'production', ...env, ...target.env, PORT: String(port) },
    // The log is discarded, as by a collector that keeps up.
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  await untilAnswering(`${url}/livez`, child);
  const startMilliseconds = Math.round(performance.now() - began);
  const stop = async () => {
    child.kill('SIGTERM');
    const ended = once(child, 'exit');
    if (child.exitCode === null && child.signalCode === null) await Promise.race([ended, sleep(5_000)]);
    if (child.exitCode === null) child.kill('SIGKILL');
  };
  return { target, pid: child.pid!, url, startMilliseconds, memory: () => residentMemory(child.pid!), stop };
}
