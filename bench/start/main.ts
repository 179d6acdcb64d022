import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgresServer } from '../../test/support/servers/postgres-server.js';
import { startServerProcess } from '../../test/support/server-process.js';
import { benchmark, positive } from '../arguments.js';

const ABOUT = 'Measures from the start of the built service to its first 200 of /readyz. Half a minute.';

const { starts: STARTS } = benchmark('bench:start', ABOUT)
  .option('--starts <number>', 'how often each is started, after a first one that makes the schema', positive, 5)
  .parse()
  .opts<{ starts: number }>();

/** What a start may take, in milliseconds: an instance that is replaced is missed for as long. */
const MOST = { postgresql: 1_500, embedded: 4_000 };

async function readyAfter(environment: NodeJS.ProcessEnv): Promise<number> {
  const service = await startServerProcess({ environment });
  await service.end('SIGTERM');
  return service.readyAfterMs;
}

async function measure(engine: keyof typeof MOST, environment: NodeJS.ProcessEnv): Promise<void> {
  const first = await readyAfter(environment);
  const again: number[] = [];
  for (let start = 0; start < STARTS; start += 1) again.push(await readyAfter(environment));
  const [fastest, median] = [again.sort((a, b) => a - b)[0]!, again[again.length >> 1]!];
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;
  process.stdout.write(
    `${engine}: first start ${seconds(first)}; later ones ${seconds(fastest)} at best, ${seconds(median)} in the middle, ` +
      `${seconds(MOST[engine])} at most\n`,
  );
  if (median > MOST[engine]) process.exitCode = 1;
}

async function main(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'avara-start-'));
  const server = await startPostgresServer({ durable: true });
  try {
    await measure('postgresql', { DATABASE_URL: server.url('postgres') });
    await measure('embedded', { DATA_DIR: dataDir });
  } finally {
    await server.remove();
    await rm(dataDir, { recursive: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
