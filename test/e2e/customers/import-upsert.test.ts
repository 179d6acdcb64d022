import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openServiceDatabase } from '../../../src/service-database.js';
import { commandLine } from '../../support/command-line.js';
import { createTestDatabase, onEachEngine, type TestDatabase } from '../../support/engines.js';
import { newClinic, type Clinic } from '../../support/service.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'avara-upsert-'));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
const newFile = (extension: string): string => join(folder, `${(files += 1)}.${extension}`);

async function fileOf(content: string, extension: string): Promise<string> {
  const file = newFile(extension);
  await writeFile(file, content);
  return file;
}

const ndjson = (values: object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

onEachEngine((engine) => {
  let place: TestDatabase;
  let clinic: Clinic;
  beforeEach(async () => {
    place = await createTestDatabase(engine);
    const database = await openServiceDatabase(place);
    clinic = await newClinic(database.dataSource);
    await database.close();
  });
  afterEach(() => place.remove());

  const as = () => ['--clinic', clinic.clinicId, '--key', clinic.apiKeyId];
  const upsert = async (file: string, ...more: string[]) => {
    const { stdout, stderr, exitCode } = await commandLine(place)(
      'import',
      file,
      '--upsert',
      '--json',
      ...as(),
      ...more,
    );
    const { seconds: _, ...summary } = JSON.parse(stdout) as Record<string, unknown>;
    return { summary, stderr, exitCode };
  };
  async function exported(format: string): Promise<string> {
    const file = newFile(format);
    const { exitCode } = await commandLine(place)('export', ...as(), '--format', format, '--output', file);
    expect(exitCode).toBe(0);
    return file;
  }
  const NONE = { created: 0, updated: 0, unchanged: 0, refused: 0, dryRun: false };

  it('creates, then changes what differs, then nothing, however often the file is run again', async () => {
    const items = Array.from({ length: 250 }, (_, n) => ({
      externalReferenceId: `R${n}`,
      expressCustomerName: `N${n}`,
    }));
    const file = await fileOf(ndjson(items), 'ndjson');
    expect((await upsert(file)).summary).toEqual({ ...NONE, lines: 250, created: 250 });
    const changed = items.map((item, n) => (n % 10 ? item : { ...item, setMetadata: { n: `${n}` } }));
    const next = await fileOf(ndjson(changed), 'ndjson');
    expect((await upsert(next)).summary).toEqual({ ...NONE, lines: 250, updated: 25, unchanged: 225 });
    expect((await upsert(next)).summary).toEqual({ ...NONE, lines: 250, unchanged: 250 });
    const human = await commandLine(place)('import', next, '--upsert', ...as());
    expect(human.stdout).toMatch(/^250 lines: 0 created, 0 updated, 250 unchanged, 0 refused; /);
  });

  it.each(['csv', 'ndjson'])('finds an export as %s unchanged, whatever its texts and states', async (format) => {
    const odd = ['a;b', 'a,b', '"quoted"', ' blank ', 'line\r\nend', 'x\u2028y', '=1+1', 'ünï 😀', "'", '007'];
    const items = odd.map((text, n) => ({
      externalReferenceId: text,
      expressCustomerName: `N ${text}`,
      metadata: n % 2 ? { [text]: text, 'a.b': '' } : {},
    }));
    await upsert(await fileOf(ndjson(items), 'ndjson'));
    const file = await exported(format);
    expect((await upsert(file)).summary).toEqual({ ...NONE, lines: odd.length, unchanged: odd.length });
    const again = await exported(format);
    expect(await readFile(again, 'utf8')).toBe(await readFile(file, 'utf8'));
  });

  it('reads a file as a spreadsheet writes it: a byte order mark, semicolons, a column per key', async () => {
    const rows = ['R1;Lakeside;north;1', 'R2;"Harbour; west";;', ';;;'];
    const heading = 'externalReferenceId;expressCustomerName;metadata.region;metadata.ward';
    const file = await fileOf(`\ufeff${[heading, ...rows].join('\r\n')}\r\n`, 'csv');
    expect((await upsert(file)).summary).toEqual({ ...NONE, lines: 2, created: 2 });
    const without = await fileOf('externalReferenceId;metadata.ward\r\nR1;\r\n', 'csv');
    expect((await upsert(without)).summary).toEqual({ ...NONE, lines: 1, updated: 1 });
    const text = await readFile(await exported('ndjson'), 'utf8');
    const stored = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(stored).toMatchObject([
      { externalReferenceId: 'R1', expressCustomerName: 'Lakeside', metadata: { region: 'north' } },
      { externalReferenceId: 'R2', expressCustomerName: 'Harbour; west', metadata: {} },
    ]);
  });

  it('reports each refused line by number and reason, also a reference that stood before, and upserts the rest', async () => {
    const lines = [
      { externalReferenceId: 'R1', expressCustomerName: 'A' },
      { expressCustomerName: 'B' },
      { externalReferenceId: 'R1', expressCustomerName: 'C' },
      { externalReferenceId: 'R4' },
      { externalReferenceId: 'R5', expressCustomerName: 'E', idempotencyKey: 'key' },
    ];
    const file = await fileOf(ndjson(lines), 'ndjson');
    const dry = await upsert(file, '--dry-run');
    // Whether a name is missing depends on what is stored.
    expect(dry.summary).toEqual({ ...NONE, lines: 5, refused: 3, dryRun: true });
    const { summary, stderr, exitCode } = await upsert(file);
    expect(summary).toEqual({ ...NONE, lines: 5, created: 1, refused: 4 });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('line 2: externalReferenceId REQUIRED: A reference is required.');
    expect(stderr).toContain('line 3: externalReferenceId INVALID: line 1 has the same reference.');
    expect(stderr).toContain('line 4: expressCustomerName REQUIRED: No customer has this reference yet');
    expect(stderr).toContain('line 5: idempotencyKey UNKNOWN');
  });
});
