import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { formatCustomers } from '../../../src/cli/export-format.js';
import { readImportLines, type ImportLine } from '../../../src/cli/import/lines.js';

const LINE_ENDS = ['\r\n', '\n', '\r', '\v', '\f', '\u001c', '\u001d', '\u001e', '\u0085', '\u2028', '\u2029'];

/** Every character that some reader takes for the end of a cell or a line, and some that none does. */
const character = fc.constantFrom('a', 'ü', '😀', ' ', '\t', ',', ';', '"', "'", '=', '\ufeff', '\u00a0', ...LINE_ENDS);
const name = fc.string({ unit: character, minLength: 1, maxLength: 12 });
const customer = fc.record({ expressCustomerName: name, metadata: fc.dictionary(name, name, { maxKeys: 3 }) });
const customers = fc.array(customer, { minLength: 1, maxLength: 5 });
type Customer = { expressCustomerName: string; metadata: Record<string, string> };

async function readBack(text: string, format: 'csv' | 'ndjson'): Promise<unknown[]> {
  const lines: ImportLine[] = [];
  const input = (async function* () {
    yield Buffer.from(text);
  })();
  for await (const line of readImportLines(input, format)) lines.push(line);
  return lines.map((line) => ('value' in line ? line.value : line));
}

const readElsewhere = (text: string, record_delimiter: string[] | undefined): Customer[] =>
  parse<{ expressCustomerName: string; metadata: string }>(text, {
    columns: true,
    ...(record_delimiter && { record_delimiter }),
  }).map(({ expressCustomerName, metadata }) => ({
    expressCustomerName,
    metadata: JSON.parse(metadata) as Record<string, string>,
  }));

it.each([
  ['one that finds the line end by itself', undefined],
  ['one for which only LF ends a line', ['\n']],
  ['one for which a lone CR ends a line', ['\r\n', '\n', '\r']],
  ['one for which every separator of Unicode ends a line', LINE_ENDS],
])('CSV is understood by every reader that knows quotes: %s', (_, lineEnds) => {
  fc.assert(
    fc.property(customers, (written) => {
      expect(readElsewhere(formatCustomers(written, 'csv', true), lineEnds)).toEqual(written);
    }),
  );
});

it('a lone carriage return in a name is within quotes', () => {
  const text = formatCustomers([{ expressCustomerName: 'tail\r', metadata: {} }], 'csv', false);
  expect(text).toContain('"tail\r"');
});

it('NDJSON has one line per customer for every reader of lines', () => {
  fc.assert(
    fc.property(customers, (written) => {
      const lines = formatCustomers(written, 'ndjson', true).split(new RegExp(LINE_ENDS.join('|')));
      expect(lines.pop()).toBe('');
      expect(lines.map((line) => JSON.parse(line) as Customer)).toEqual(written);
    }),
  );
});

it('import reads back both formats, character by character', async () => {
  await fc.assert(
    fc.asyncProperty(customers, async (written) => {
      const [csv, ndjson] = [formatCustomers(written, 'csv', true), formatCustomers(written, 'ndjson', true)];
      const back = (await readBack(csv, 'csv')) as Customer[];
      expect(back.map(({ expressCustomerName, metadata }) => ({ expressCustomerName, metadata }))).toEqual(written);
      expect(await readBack(ndjson, 'ndjson')).toEqual(written);
    }),
  );
});
