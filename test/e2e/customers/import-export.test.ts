import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../../../src/database/database.js';
import { openServiceDatabase } from '../../../src/service-database.js';
import { commandLine } from '../../support/command-line.js';
import { createTestDatabase, onEachEngine, type TestDatabase } from '../../support/engines.js';
import { newClinic, type Clinic } from '../../support/service.js';

const MAIN = join(__dirname, '../../../dist/src/cli/main.js');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'avara-import-'));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
async function fileOf(content: string | Buffer, extension = 'ndjson'): Promise<string> {
  const file = join(folder, `${(files += 1)}.${extension}`);
  await writeFile(file, content);
  return file;
}

const ndjson = (values: unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

onEachEngine((engine) => {
  let place: TestDatabase;
  let clinic: Clinic;
  // The embedded engine serves one process, so the test looks into it between two commands.
  const look = async <T>(work: (database: Database) => Promise<T>): Promise<T> => {
    const database = await openServiceDatabase(place);
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  };
  beforeAll(async () => {
    place = await createTestDatabase(engine);
  });
  afterAll(() => place.remove());
  beforeEach(async () => {
    clinic = await look(({ dataSource }) => newClinic(dataSource));
  });

  const as = () => ['--clinic', clinic.clinicId, '--key', clinic.apiKeyId];
  const importFile = (file: string, ...more: string[]) => commandLine(place)('import', file, ...as(), ...more);
  const rows = () =>
    look(({ dataSource }) =>
      dataSource.query<{ name: string; metadata: object; creator: string }[]>(
        `SELECT express_customer_name AS name, metadata, created_by_api_key_id AS creator FROM express_customers
         WHERE clinic_id = $1 ORDER BY express_customer_name`,
        [clinic.clinicId],
      ),
    );

  it('creates each line, and nothing when the file is run again', async () => {
    const file = await fileOf(
      ndjson([
        { expressCustomerName: 'Berta', metadata: { region: 'north' } },
        { expressCustomerName: 'Anna' },
        // Two equal lines are two customers.
        { expressCustomerName: 'Anna' },
      ]),
    );
    const first = await importFile(file);
    expect(first).toMatchObject({ exitCode: 0 });
    expect(first.stdout).toMatch(/^3 lines: 3 created, 0 already there, 0 refused; /);
    const again = await importFile(file, '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ lines: 3, created: 0, alreadyThere: 3, refused: 0 });
    expect(await rows()).toEqual([
      { name: 'Anna', metadata: {}, creator: clinic.apiKeyId },
      { name: 'Anna', metadata: {}, creator: clinic.apiKeyId },
      { name: 'Berta', metadata: { region: 'north' }, creator: clinic.apiKeyId },
    ]);
  });

  it('reports each refused line by number and reason, never by its value, and imports the rest; fixed, only they are created', async () => {
    const lines = [
      '{"expressCustomerName": "One"}',
      '{"expressCustomerName": "Musterfrau"',
      '{"expressCustomerName": "", "metadata": {"Musterfrau": 1}}',
      '',
      '["Musterfrau"]',
      '{"expressCustomerName": "Six", "Musterfrau": 1}',
      '{"expressCustomerName": "Seven"}',
    ];
    const bytes = Buffer.concat([Buffer.from(lines.join('\n')), Buffer.from([10, 0x22, 0xff, 0x22])]);
    const { exitCode, stdout, stderr } = await importFile(await fileOf(bytes));
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^7 lines: 2 created, 0 already there, 5 refused; /);
    const reported = stderr
      .split('\n')
      .filter((line) => line.startsWith('line '))
      .sort();
    expect(reported.map((line) => line.split(':')[0])).toEqual(['line 2', 'line 3', 'line 5', 'line 6', 'line 8']);
    expect(reported[0]).toBe('line 2: it is not JSON');
    expect(reported[1]).toContain('expressCustomerName BLANK');
    expect(reported[4]).toBe('line 8: it is not UTF-8');
    expect(stderr).not.toContain('"Musterfrau"');
    lines[1] = '{"expressCustomerName": "Two"}';
    const fixed = await importFile(await fileOf([...lines.slice(0, 2), ...lines.slice(6)].join('\n')));
    expect(fixed.stdout).toMatch(/^3 lines: 1 created, 2 already there, 0 refused; /);
    expect((await rows()).map(({ name }) => name)).toEqual(['One', 'Seven', 'Two']);
  });

  it('reads CSV with quotes, line breaks and a byte order mark, and reports the lines it cannot read', async () => {
    const csv = [
      '\ufeffexpressCustomerName,metadata',
      '"St. Mary, ""North""","{""region"":""north""}"',
      '"Two',
      'lines",',
      'too,many,columns',
      'Bad metadata,{',
      'Ü,',
    ].join('\n');
    const { exitCode, stdout, stderr } = await importFile(await fileOf(csv, 'csv'));
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/: 3 created, 0 already there, 2 refused; /);
    expect(stderr).toContain('it has 3 columns and the first line names 2');
    expect(stderr).toContain('its metadata is not JSON');
    expect((await rows()).map(({ name, metadata }) => [name, metadata])).toEqual([
      ['St. Mary, "North"', { region: 'north' }],
      ['Two\nlines', {}],
      ['Ü', {}],
    ]);
  });

  it.each(['', 'expressCustomerName,metadata\n'])('takes a file that holds no customer: %j', async (content) => {
    const { exitCode, stdout } = await importFile(await fileOf(content, 'csv'));
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^0 lines: 0 created/);
  });

  it('only checks in a dry run', async () => {
    const file = await fileOf(ndjson([{ expressCustomerName: 'A' }, { expressCustomerName: ' ' }]));
    const { exitCode, stdout } = await importFile(file, '--dry-run');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^2 lines: 1 would be created, 0 already there, 1 refused; /);
    expect(await rows()).toEqual([]);
  });

  it('makes each customer once when it is killed half-way and run again', async () => {
    const values = Array.from({ length: 3_000 }, (_, n) => ({ expressCustomerName: `Customer ${n}` }));
    const file = await fileOf(ndjson(values));
    const env = { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'test', DATABASE_URL: place.databaseUrl ?? '' };
    const child = spawn(process.execPath, [MAIN, 'import', file, ...as()], {
      env: { ...env, DATA_DIR: place.dataDir },
    });
    setTimeout(() => child.kill('SIGKILL'), 1_000);
    await once(child, 'exit');
    const { stdout } = await importFile(file);
    const [, created, alreadyThere] = /: (\d+) created, (\d+) already there, 0 refused/.exec(stdout)!.map(Number);
    expect(created! + alreadyThere!).toBe(values.length);
    expect(await rows()).toHaveLength(values.length);
  });

  it('exports what was imported, and imports what was exported', async () => {
    const values = Array.from({ length: 250 }, (_, n) => ({
      expressCustomerName: `Ä "${n}",\n`,
      metadata: { [`key ${n}`]: `=value\n"${n}"` },
    }));
    await importFile(await fileOf(ndjson(values)));
    const before = await rows();
    for (const format of ['ndjson', 'csv']) {
      const output = join(folder, `${engine}-export.${format}`);
      const exported = await commandLine(place)('export', ...as(), '--format', format, '--output', output);
      expect(exported).toMatchObject({ exitCode: 0, stdout: '' });
      expect(exported.stderr).toContain('250 customers');
      const other = await look(({ dataSource }) => newClinic(dataSource));
      const back = await commandLine(place)('import', output, '--clinic', other.clinicId, '--key', other.apiKeyId);
      expect(back.stdout).toMatch(/: 250 created, 0 already there, 0 refused/);
      const copied = await look(({ dataSource }) =>
        dataSource.query<{ name: string; metadata: object }[]>(
          `SELECT express_customer_name AS name, metadata FROM express_customers WHERE clinic_id = $1 ORDER BY 1`,
          [other.clinicId],
        ),
      );
      expect(copied).toEqual(before.map(({ name, metadata }) => ({ name, metadata })));
      expect((await commandLine(place)('export', ...as(), '--output', output)).exitCode).toBe(1);
    }
    const { stdout, stderr } = await commandLine(place, { isTTY: true })('export', ...as());
    expect(stderr).toMatch(/100 % \| 250 lines/);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { version: number }).version),
    ).toEqual(Array(250).fill(1));
  });

  it('refuses a key that may not write, is not of the clinic, or no longer works', async () => {
    const file = await fileOf(ndjson([{ expressCustomerName: 'A' }]));
    const [reader, stranger] = await look(async ({ dataSource }) => [
      await newClinic(dataSource, ['express:read']),
      await newClinic(dataSource),
    ]);
    const run = (of: Clinic, key: Clinic) =>
      commandLine(place)('import', file, '--clinic', of.clinicId, '--key', key.apiKeyId);
    expect(await run(reader, reader)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('express:write'),
    });
    expect(await run(clinic, stranger)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('no such key') });
    await commandLine(place)('keys', 'revoke', clinic.apiKeyId, '--clinic', clinic.clinicId);
    expect(await run(clinic, clinic)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('revoked') });
    expect(await rows()).toEqual([]);
  });
});

describe('on postgresql, which serves several processes', () => {
  let place: TestDatabase;
  beforeAll(async () => {
    place = await createTestDatabase('postgresql');
  });
  afterAll(() => place.remove());

  it('makes each line once when two imports of one file run at the same time, one of them from standard input', async () => {
    const database = await openServiceDatabase(place);
    const clinic = await newClinic(database.dataSource);
    const values = Array.from({ length: 500 }, (_, n) => ({ expressCustomerName: `Customer ${n}` }));
    const file = await fileOf(ndjson(values));
    const as = ['--clinic', clinic.clinicId, '--key', clinic.apiKeyId];
    const content = await readFile(file, 'utf8');
    const [one, other] = await Promise.all([
      commandLine(place)('import', file, ...as),
      commandLine(place, { input: content })('import', '-', '--format', 'ndjson', ...as),
    ]);
    expect(one.stdout).toContain('500 lines');
    expect(other.stdout).toContain('500 lines');
    const [count] = await database.dataSource.query<{ n: number }[]>(
      'SELECT count(*)::int AS n FROM express_customers WHERE clinic_id = $1',
      [clinic.clinicId],
    );
    expect(count).toEqual({ n: 500 });
    await database.close();
  });

  it('explains how to call it', async () => {
    expect(await commandLine(place)('import', '--help')).toMatchObject({ exitCode: 0 });
    expect((await commandLine(place)('import', 'x.ndjson')).exitCode).toBe(2);
    const clinic = [
      '--clinic',
      '00000000-0000-4000-8000-000000000000',
      '--key',
      '00000000-0000-4000-8000-000000000000',
    ];
    expect(await commandLine(place)('import', 'x', ...clinic)).toMatchObject({ exitCode: 2 });
    expect(await commandLine(place)('import', '/no/such/file.csv', ...clinic)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Cannot read /no/such/file.csv: there is no such file'),
    });
  });
});
