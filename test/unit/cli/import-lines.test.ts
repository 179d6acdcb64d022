import fc from 'fast-check';
import type { ImportMode } from '../../../src/cli/import/columns.js';
import { readImportLines, type Format, type ImportLine } from '../../../src/cli/import/lines.js';

async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function read(
  content: string | Buffer,
  format: Format = 'csv',
  chunkSize = 65_536,
  mode: ImportMode = 'create',
): Promise<ImportLine[]> {
  const lines: ImportLine[] = [];
  for await (const line of readImportLines(chunks(Buffer.from(content as string), chunkSize), format, { mode }))
    lines.push(line);
  return lines;
}

const names = (lines: ImportLine[]): unknown[] =>
  lines.map((line) => ('value' in line ? (line.value as { expressCustomerName: string }).expressCustomerName : line));

const faults = (lines: ImportLine[]): [number, string][] =>
  lines.flatMap((line) => ('unreadable' in line ? [[line.line, line.unreadable] as [number, string]] : []));

describe('line ends', () => {
  const header = 'expressCustomerName,metadata';
  it.each([
    ['LF', '\n', '\n'],
    ['CR LF', '\r\n', '\r\n'],
    ['CR', '\r', '\r'],
    ['a heading with CR LF and rows with LF', '\r\n', '\n'],
    ['a heading with LF and rows with CR LF', '\n', '\r\n'],
    ['a heading with CR and rows with LF', '\r', '\n'],
  ])('reads one customer per line: %s', async (_, first, other) => {
    const content = `${header}${first}Mix one,${other}Mix two,${other}${other}Mix three,${first}"Mix\r\nfour",`;
    for (const size of [1, 2, 3, 65_536])
      expect(names(await read(content, 'csv', size))).toEqual(['Mix one', 'Mix two', 'Mix three', 'Mix\r\nfour']);
  });

  it('reads NDJSON with any of them', async () => {
    const content = ['A', 'B', 'C', 'D'].map((name) => JSON.stringify({ expressCustomerName: name }));
    const text = `${content[0]}\r\n${content[1]}\r${content[2]}\n\r\n${content[3]}`;
    for (const size of [1, 7, 65_536]) {
      const lines = await read(text, 'ndjson', size);
      expect(names(lines)).toEqual(['A', 'B', 'C', 'D']);
      expect(lines.map(({ line }) => line)).toEqual([1, 2, 3, 5]);
    }
  });

  it('counts lines within quoted cells, whatever ends them', async () => {
    const lines = await read(`${header}\r\n"One\r\ntwo\rthree",\nFour,{\n`);
    expect(lines).toEqual([
      { line: 2, value: { expressCustomerName: 'One\r\ntwo\rthree' } },
      { line: 5, unreadable: 'its metadata is not JSON' },
    ]);
  });
});

it('leaves out a byte order mark in whatever chunks it comes', async () => {
  for (const size of [1, 2, 3, 4, 65_536]) {
    expect(names(await read('\ufeffexpressCustomerName\nAnna', 'csv', size))).toEqual(['Anna']);
    expect(names(await read('\ufeff{"expressCustomerName":"Anna"}', 'ndjson', size))).toEqual(['Anna']);
  }
  expect(await read('\ufeff', 'csv', 1)).toEqual([]);
});

const values = (lines: ImportLine[]): unknown[] => lines.map((line) => ('value' in line ? line.value : line));

describe('columns of spreadsheets', () => {
  it('may be separated by semicolons, as the first line shows, with a byte order mark', async () => {
    const content =
      '\ufeff"expressCustomerName";externalReferenceId;metadata.region\r\n"A; B";7,5;north\r\n;;\r\nC;8;\r\n';
    for (const size of [1, 3, 65_536])
      expect(values(await read(content, 'csv', size))).toEqual([
        { expressCustomerName: 'A; B', externalReferenceId: '7,5', metadata: { region: 'north' } },
        { expressCustomerName: 'C', externalReferenceId: '8', metadata: {} },
      ]);
  });

  it('are separated by commas where a comma stands in the first line, or nothing does', async () => {
    expect(names(await read('expressCustomerName,metadata.a;b\nA;B,x\n'))).toEqual(['A;B']);
    expect(names(await read('expressCustomerName\nA;B\nA,B\n'))).toEqual([
      'A;B',
      { line: 3, unreadable: 'it has 2 columns and the first line names 1' },
    ]);
  });

  it('may be one per metadata key, whatever the key', async () => {
    const keys = ['region', 'a.b', '__proto__', 'constructor', 'x y'];
    const heading = `expressCustomerName,${keys.map((key) => `metadata.${key}`).join(',')}`;
    const [value] = values(await read(`${heading}\nA,${keys.map((_, n) => `v${n}`).join(',')}\n`)) as [
      { metadata: object },
    ];
    expect(Object.entries(value.metadata)).toEqual(keys.map((key, n) => [key, `v${n}`]));
  });

  it('of an upsert set the keys that have a value and remove the others; an empty name is left as it is', async () => {
    const content = 'externalReferenceId,expressCustomerName,metadata.region,metadata.ward\nR1,A,north,\nR2,,,\n';
    expect(values(await read(content, 'csv', 65_536, 'upsert'))).toEqual([
      {
        externalReferenceId: 'R1',
        expressCustomerName: 'A',
        setMetadata: { region: 'north' },
        unsetMetadata: ['ward'],
      },
      { externalReferenceId: 'R2', setMetadata: {}, unsetMetadata: ['region', 'ward'] },
    ]);
  });

  it.each([
    ['expressCustomerName,metadata', /no column externalReferenceId; expected is .* of which only externalReferenceId/],
    ['externalReferenceId,idempotencyKey', /unknown columns: idempotencyKey/],
  ])('of an upsert are named in the first line: %s', async (heading, seen) => {
    expect(faults(await read(`${heading}\nA,B\n`, 'csv', 65_536, 'upsert'))).toEqual([
      [1, expect.stringMatching(seen)],
    ]);
  });
});

describe('a fault of the first line is reported once, with what was expected and what was seen', () => {
  const rows = '\nOne;{}\nTwo;{}\nThree;{}\n';
  it.each([
    ['expressCustomerName\tmetadata', /separated by tabs/],
    ['expressCustomerName|metadata', /separated by vertical bars/],
    ['sep=,', /"sep=".*remove it/],
    ['sep=;', /"sep=".*remove it/],
    ['name,metadata', /unknown columns: name;.*no column expressCustomerName/],
    ['expressCustomerName,Metadata', /unknown columns: Metadata/],
    ['expressCustomerName,metadata,,', /columns without a name: 3, 4; remove them/],
    ['expressCustomerName,metadata,metadata', /columns named twice: metadata/],
    ['metadata', /no column expressCustomerName/],
    ['expressCustomerName,metadata.', /unknown columns: metadata\./],
    [
      'expressCustomerName,metadata,metadata.region',
      /the column metadata and columns such as metadata\.region; use one/,
    ],
    ['{"expressCustomerName": "One"}', /JSON: use --format ndjson/],
    ['expressCustomerName"', /quotes do not match/],
  ])('%s', async (heading, seen) => {
    const found = faults(await read(heading + rows));
    expect(found).toEqual([[1, expect.stringMatching(seen)]]);
    expect(found[0]![1]).toContain('expected is a first line such as expressCustomerName,externalReferenceId,metadata');
  });

  it('without repeating the first line of a file that has no names of columns', async () => {
    const [[line, text]] = faults(await read('Erika Musterfrau,"{""born"":""1980""}"\n')) as [[number, string]];
    expect(line).toBe(1);
    expect(text).toMatch(/does not look like names of columns/);
    expect(text).not.toMatch(/Musterfrau|born/);
  });

  it.each(['utf16le', 'swapped', 'no mark', 'zip'])('of a file in another format: %s', async (kind) => {
    const utf16 = Buffer.from(`${kind === 'no mark' ? '' : '\ufeff'}expressCustomerName\nOne\nTwo\n`, 'utf16le');
    const content = kind === 'swapped' ? utf16.swap16() : kind === 'zip' ? Buffer.from('PK\x03\x04\n\0\n') : utf16;
    for (const format of ['csv', 'ndjson'] as const)
      expect(faults(await read(content, format))).toEqual([
        [1, expect.stringMatching(kind === 'zip' ? /Excel workbook/ : /UTF-16/)],
      ]);
  });

  it.each([
    '[\n{"expressCustomerName":"A"}\n]',
    '[{"expressCustomerName":"A"},\n{}]',
    '{\n"expressCustomerName":"A"\n}',
  ])('of JSON that is no NDJSON: %j', async (content) => {
    expect(faults(await read(content, 'ndjson'))).toEqual([[1, expect.stringMatching(/one JSON object per line/)]]);
  });
});

describe('quotes', () => {
  const file = (...rows: string[]) => `expressCustomerName,metadata\n${rows.join('\n')}\n`;

  it('a line with stray quotes is one refused line, and reading goes on after it', async () => {
    const lines = await read(file('One "1" "2",', 'Two,', '"Three" x "y",', 'Four,'));
    expect(names(lines)).toEqual([
      { line: 2, unreadable: expect.stringContaining('does not begin with one') },
      'Two',
      { line: 4, unreadable: expect.stringContaining('followed by more text') },
      'Four',
    ]);
  });

  it('a quote that is never closed is reported on the line where it opens', async () => {
    const lines = await read(file('One,', 'Two,"{', 'Three,', 'Four,'));
    expect(names(lines)).toEqual(['One', { line: 3, unreadable: expect.stringContaining('never closed') }]);
  });

  it('a quote that the next quoted line closes is reported with the lines that it took along', async () => {
    const lines = await read(file('One,', '"Two,', 'Three,', '"Four",', 'Five,'));
    expect(names(lines)).toEqual([
      'One',
      { line: 3, unreadable: expect.stringContaining('closed on line 5, where text follows; lines 3 to 5') },
      'Five',
    ]);
  });

  it('a line without an end does not fill the memory', async () => {
    const endless = (async function* () {
      yield Buffer.from('expressCustomerName\n"');
      for (;;) yield Buffer.alloc(65_536, `${'x'.repeat(999)}\n`);
    })();
    const lines: ImportLine[] = [];
    for await (const line of readImportLines(endless, 'csv')) lines.push(line);
    expect(faults(lines)).toEqual([[2, expect.stringContaining('longer than')]]);
  });
});

it('an empty cell of an optional column is left out, and a row of empty cells is no customer', async () => {
  const rows = ['A,,', ',,', '"","",""', 'B,"{""a"":""b""}",k', ' , ,'];
  expect(await read(`expressCustomerName,metadata,idempotencyKey\n${rows.join('\n')}`)).toEqual([
    { line: 2, value: { expressCustomerName: 'A' } },
    { line: 5, value: { expressCustomerName: 'B', metadata: { a: 'b' }, idempotencyKey: 'k' } },
  ]);
});

it('reads back any record that is written with quotes, in any chunks', async () => {
  const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\r', '\n', ' ', 'ü', '\u2028', '😀'), maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(fc.array(cell, { maxLength: 5 }), fc.integer({ min: 1, max: 9 }), async (cells, size) => {
      const rows = cells.map((text) => `"x${text.replaceAll('"', '""')}",\r\n`);
      const lines = await read(`expressCustomerName,metadata\r\n${rows.join('')}`, 'csv', size);
      expect(names(lines)).toEqual(cells.map((text) => `x${text}`));
    }),
  );
});

it('counts the bytes of the lines that were returned, not of what was read ahead', async () => {
  const content = Buffer.from('expressCustomerName\r\nA\n"B\nb"\n');
  let bytes = 0;
  const counts: number[] = [];
  for await (const _ of readImportLines(chunks(content, 65_536), 'csv', {
    count: (ofLine) => void (bytes += ofLine),
  }))
    counts.push(bytes);
  expect(counts).toEqual([23, content.length]);
});
