import 'reflect-metadata';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startPostgresServer } from '../../test/support/servers/postgres-server.js';
import { benchmark, positive } from '../arguments.js';
import { prepareFixture, type PreparedFixture } from '../service/fixture.js';

const ABOUT =
  'Measures how fast and in how much memory a file goes in, with every hundredth line bad, and what a second run of it ' +
  'does. About two minutes.';

const { lines: LINES } = benchmark('bench:import', ABOUT)
  .option('--lines <number>', 'length of the file', positive, 100_000)
  .parse()
  .opts<{ lines: number }>();
const BAD_EVERY = 100;
const MAIN = join(process.cwd(), 'dist/src/cli/main.js');

async function writeLines(file: string): Promise<void> {
  const output = createWriteStream(file);
  for (let line = 1; line <= LINES; line += 1) {
    const isBad = line % BAD_EVERY === 0;
    const expressCustomerName = isBad ? ' ' : `Imaging Center ${line}`;
    const metadata = { region: line % 2 ? 'north' : 'south', department: 'radiology', number: String(line) };
    if (!output.write(`${JSON.stringify({ expressCustomerName, metadata })}\n`)) await once(output, 'drain');
  }
  output.end();
  await once(output, 'finish');
}

/** The most memory that a process ever held, as Linux remembers it while the process lives. */
const peakMegabytes = async (pid: number): Promise<number> =>
  Number(/VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''))?.[1] ?? 0) / 1_024;

interface Summary {
  lines: number;
  created: number;
  alreadyThere: number;
  refused: number;
  seconds: number;
}

async function importOnce(file: string, { clinicId, apiKeyId, databaseUrl }: PreparedFixture): Promise<string> {
  const args = [MAIN, 'import', file, '--clinic', clinicId, '--key', apiKeyId, '--json'];
  const env = { PATH: process.env.PATH, NODE_ENV: 'production', DATABASE_URL: databaseUrl };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let peak = 0;
  const sampling = setInterval(() => {
    void peakMegabytes(child.pid!).then((megabytes) => (peak = Math.max(peak, megabytes)));
  }, 100);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  clearInterval(sampling);
  const { lines, created, alreadyThere, refused, seconds } = JSON.parse(stdout) as Summary;
  const reported = stderr.split('\n').filter((line) => line.startsWith('line ')).length;
  const rate = `${seconds.toFixed(1)} s, ${Math.round(lines / seconds)} lines/s, ${peak.toFixed(0)} MB at most`;
  return `${lines} lines: ${created} created, ${alreadyThere} already there, ${refused} refused (${reported} reported); ${rate}`;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'avara-import-'));
  const server = await startPostgresServer({ durable: true });
  const fixture = await prepareFixture(server, 1);
  try {
    const file = join(folder, 'customers.ndjson');
    await writeLines(file);
    const before = await fixture.countCustomers();
    for (const run of ['first run ', 'second run'])
      process.stdout.write(
        `${run}: ${await importOnce(file, fixture)}; ${(await fixture.countCustomers()) - before} rows\n`,
      );
  } finally {
    await fixture.close();
    await server.remove();
    await rm(folder, { recursive: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
