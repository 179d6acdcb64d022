import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { freePort } from './postgres-server.js';

const READY_WITHIN_MS = 120_000;
const program = (): string => process.env.PGBOUNCER ?? 'pgbouncer';

/** Whether the program keeps prepared statements in transaction mode, as 1.21 and later do. */
export function keepsPreparedStatements(): boolean {
  const [, major, minor] = /^PgBouncer (\d+)\.(\d+)/.exec(
    execFileSync(program(), ['--version'], { encoding: 'utf8' }),
  )!;
  return Number(major) > 1 || Number(minor) >= 21;
}

/** A real PgBouncer of a test's own, on loopback: the program that PGBOUNCER names, or the system's. */
export interface PgBouncer {
  /** The address of a database of the server, through PgBouncer. */
  url(database: string): string;
  remove(): Promise<void>;
}

async function untilItAnswers(url: string, hasEnded: () => boolean): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      return await client.end();
    } catch (error) {
      if (hasEnded() || Date.now() > deadline)
        throw new Error('No PgBouncer could be started. Install one (Debian: apt-get install pgbouncer).', {
          cause: error,
        });
      await sleep(50);
    }
  }
}

/** Starts PgBouncer in front of a PostgreSQL server; `settings` are those of its section [pgbouncer]. */
export async function startPgBouncer(server: URL, settings: Record<string, string | number>): Promise<PgBouncer> {
  const folder = await mkdtemp(join(tmpdir(), 'avara-pgbouncer-'));
  const port = await freePort();
  const all = { listen_addr: '127.0.0.1', listen_port: port, auth_type: 'any', unix_socket_dir: '', ...settings };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  const target = `host=${server.hostname} port=${server.port} user=${server.username}`;
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(file, `[databases]\n* = ${target}\n[pgbouncer]\n${lines.join('\n')}\n`);
  await chmod(folder, 0o755);
  // As root it refuses to run, so it lends itself an unprivileged user that every system has.
  const flags = userInfo().uid === 0 ? ['-u', 'nobody', file] : [file];
  const child = spawn(program(), flags, { stdio: 'ignore' });
  child.on('error', () => undefined);
  const hasEnded = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  const url = (database: string) => `postgres://${server.username}@127.0.0.1:${port}/${database}`;
  const remove = async () => {
    if (!hasEnded()) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilItAnswers(url('postgres'), hasEnded);
    return { url, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
