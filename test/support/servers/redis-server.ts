import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from './postgres-server.js';

const READY_WITHIN_MS = 120_000;

/** A real Redis of a test's own, on loopback: the program that REDIS_SERVER names, or the system's. */
export interface RedisServer {
  url: string;
  /** Starts it again after `stop`, empty, on the same port. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** SIGSTOP stalls it: connections stay, and nobody answers. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  remove(): Promise<void>;
}

async function untilItAnswers(url: string, ended: Promise<unknown>): Promise<void> {
  const redis = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  const inTime = await Promise.race([
    redis.ping().then(() => true),
    ended.then(() => false),
    sleep(READY_WITHIN_MS, false, { ref: false }),
  ]);
  redis.disconnect();
  if (!inTime)
    throw new Error(
      'No Redis could be started. Install one (Debian: apt-get install redis-server), or name its program.',
    );
}

export async function startRedisServer(): Promise<RedisServer> {
  const dir = await mkdtemp(join(tmpdir(), 'avara-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const settings = { port, bind: '127.0.0.1', dir, save: '', appendonly: 'no' };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const run = () => spawn(process.env.REDIS_SERVER ?? 'redis-server', flags, { stdio: 'ignore' });
  let server: ReturnType<typeof run>;
  const start = async () => {
    server = run();
    const ended = new Promise((resolve) => server.once('exit', resolve).once('error', resolve));
    await untilItAnswers(url, ended);
  };
  const stop = async () => {
    if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  };
  const remove = async () => {
    await stop();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
  return { url, start, stop, signal: (signal) => void server.kill(signal), remove };
}
