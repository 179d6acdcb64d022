import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openServiceDatabase } from '../../../src/service-database.js';
import { COMMAND_LINE, commandLine } from '../../support/command-line.js';
import { createTestDatabase, type TestDatabase } from '../../support/engines.js';
import { newClinic } from '../../support/service.js';

let folder: string;
let place: TestDatabase;
let of: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'avara-files-'));
  place = await createTestDatabase('postgresql');
  const database = await openServiceDatabase(place);
  const clinic = await newClinic(database.dataSource);
  await database.close();
  of = ['--clinic', clinic.clinicId, '--key', clinic.apiKeyId];
  await writeFile(join(folder, 'customers.ndjson'), '{"expressCustomerName":"A"}\n');
  expect((await commandLine(place)('import', join(folder, 'customers.ndjson'), ...of)).exitCode).toBe(0);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await place.remove();
});

/** A command that fails ends with one line that names the file and says what is wrong, and nothing about the database. */
const ONE_LINE = /^[^\n]+\n$/;

describe('a new file that an export cannot create is named with its option, the reason and what to do', () => {
  it.each([
    ['existing.csv', /it exists already, and nothing is overwritten \(EEXIST\)/],
    ['no-folder/x.csv', /there is no folder .*no-folder \(ENOENT\)/],
    ['existing.csv/x', /its path leads through a file \(ENOTDIR\)/],
    ['a-folder', /it exists already/],
    [`${'x'.repeat(300)}.csv`, /its name is too long/],
  ])('%s', async (path, reason) => {
    await writeFile(join(folder, 'existing.csv'), 'kept');
    await mkdir(join(folder, 'a-folder'), { recursive: true });
    const output = join(folder, path);
    const { exitCode, stdout, stderr } = await commandLine(place)('export', ...of, '--output', output);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(ONE_LINE);
    expect(stderr).toMatch(reason);
    expect(stderr).toContain(`--output ${output}`);
    expect(stderr).not.toMatch(/DATA_DIR|DATABASE_URL/);
    expect(await readFile(join(folder, 'existing.csv'), 'utf8')).toBe('kept');
  });
});

describe('a file that an import cannot read is named with the reason', () => {
  it.each([
    ['nothing.csv', /there is no such file/],
    ['a-folder.csv', /it is a folder/],
    ['customers.ndjson/x.csv', /its path leads through a file/],
  ])('%s', async (path, reason) => {
    await mkdir(join(folder, 'a-folder.csv'), { recursive: true });
    const file = join(folder, path);
    const { exitCode, stdout, stderr } = await commandLine(place)('import', file, ...of);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(ONE_LINE);
    expect(stderr).toMatch(reason);
    expect(stderr).toContain(`Cannot read ${file}`);
  });
});

interface Ended {
  exitCode: number;
  stderr: string;
}

/** Runs the built command line as \`"$0" "$1"\` in a shell, for redirections. */
async function shell(command: string): Promise<Ended> {
  const env = { PATH: process.env.PATH, NODE_ENV: 'test', DATABASE_URL: place.databaseUrl };
  return promisify(execFile)('bash', ['--norc', '-c', command, process.execPath, COMMAND_LINE], { env }).then(
    ({ stderr }) => ({ exitCode: 0, stderr }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ exitCode: code, stderr }),
  );
}

const FULL = 'Cannot write standard output: no space is left on the device (ENOSPC).\n';

it.each(['clinics list', 'clinics list --json', 'export', '--help'])(
  'an output that takes no bytes is named: %s > /dev/full',
  async (command) => {
    const options = command === 'export' ? of.join(' ') : '';
    expect(await shell(`"$0" "$1" ${command} ${options} > /dev/full`)).toEqual({ exitCode: 1, stderr: FULL });
  },
);

it('an export that fails half-way leaves no file that looks complete', async () => {
  const output = join(folder, 'limited.ndjson');
  // The shell permits files of no bytes.
  const { exitCode, stderr } = await shell(
    `trap '' XFSZ; ulimit -f 0; "$0" "$1" export ${of.join(' ')} --output ${output}`,
  );
  expect(exitCode).toBe(1);
  expect(stderr).toBe(`Cannot write --output ${output}: it would be larger than the system allows (EFBIG).\n`);
  expect(await readdir(folder)).not.toContain('limited.ndjson');
});

it('a reader that stops early is no fault', async () => {
  expect(await shell(`set -o pipefail; "$0" "$1" --help | head -n 1`)).toEqual({ exitCode: 0, stderr: '' });
});

it('a pipe can be imported as a file', async () => {
  const child = spawn(
    'bash',
    [
      '--norc',
      '-c',
      `"$0" "$1" import <(echo '{"expressCustomerName":"B"}') --format ndjson ${of.join(' ')}`,
      process.execPath,
      COMMAND_LINE,
    ],
    { env: { PATH: process.env.PATH, NODE_ENV: 'test', DATABASE_URL: place.databaseUrl } },
  );
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  await new Promise((resolve) => child.on('close', resolve));
  expect(printed).toMatch(/^1 line: 1 created/);
});
