import { open, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Option, type Command } from 'commander';
import { getDatabaseTime } from '../../identity/api-keys.js';
import { authorise } from '../../identity/request-context.js';
import { OperatorError } from '../../shared/operator-error.js';
import { parseUuid } from '../arguments.js';
import { addCommand, withDatabase } from '../command.js';
import { UsageError } from '../errors.js';
import { readChunks, readError } from '../files.js';
import { requireKeyContext } from '../key-context.js';
import { print, type OutputOptions } from '../output.js';
import { showProgress, type Progress } from '../progress.js';
import type { Terminal } from '../terminal.js';
import { Importer } from './importer.js';
import { readImportLines, type Format } from './lines.js';

interface ImportOptions extends OutputOptions {
  clinic: string;
  key: string;
  format?: Format;
  dryRun?: boolean;
}

interface Source {
  input: Readable;
  name: string;
  /** Null where it is not known before the end. */
  bytes: number | null;
  format: Format;
}

const detectFormat = (file: string, format: Format | undefined): Format => {
  const found = format ?? /\.(ndjson|jsonl|csv)$/i.exec(file)?.[1]?.toLowerCase().replace('jsonl', 'ndjson');
  if (found === undefined)
    throw new UsageError('The format does not follow from the file name: add --format ndjson or --format csv.');
  return found as Format;
};

async function openFile(file: string): Promise<{ handle: FileHandle; bytes: number | null }> {
  try {
    const handle = await open(file, 'r');
    const stats = await handle.stat();
    if (stats.isDirectory()) {
      await handle.close();
      throw Object.assign(new Error(), { code: 'EISDIR' });
    }
    return { handle, bytes: stats.isFile() ? stats.size : null };
  } catch (error) {
    throw new UsageError(readError(file, error).message);
  }
}

async function openSource({ stdin }: Terminal, file: string, options: ImportOptions): Promise<Source> {
  const format = detectFormat(file, options.format);
  if (file === '-') return { input: stdin, name: 'standard input', bytes: null, format };
  const { handle, bytes } = await openFile(file);
  return { input: handle.createReadStream(), name: file, bytes, format };
}

async function importLines(importer: Importer, source: Source, progress: Progress): Promise<number> {
  let lines = 0;
  let bytes = 0;
  const count = (ofLine: number) => void (bytes += ofLine);
  for await (const line of readImportLines(readChunks(source.input, source.name), source.format, count)) {
    await importer.add(line);
    lines += 1;
    progress.update(bytes, lines);
  }
  await importer.finish();
  progress.update(source.bytes ?? bytes, lines);
  return lines;
}

async function runImport(terminal: Terminal, source: Source, progress: Progress, options: ImportOptions) {
  return withDatabase(terminal, async (database) => {
    const context = await requireKeyContext(database, options);
    authorise(context, 'express:write');
    const startedAt = await getDatabaseTime(database.dataSource.manager);
    const reportRefused = (text: string) => progress.log(text);
    const importer = new Importer({ context, startedAt, isDryRun: options.dryRun === true, reportRefused });
    return { lines: await importLines(importer, source, progress), tally: importer.tally };
  });
}

async function importCustomers(terminal: Terminal, file: string, options: ImportOptions): Promise<void> {
  const source = await openSource(terminal, file, options);
  const started = performance.now();
  const progress = showProgress(terminal, source.bytes);
  const { tally, lines } = await runImport(terminal, source, progress, options).finally(() => {
    progress.stop();
    source.input.destroy();
  });
  const seconds = (performance.now() - started) / 1_000;
  const verb = options.dryRun ? 'would be created' : 'created';
  const { created, alreadyThere, refused } = tally;
  const rate = `${seconds.toFixed(1)} s, ${Math.round(lines / seconds)} lines/s`;
  print(terminal, options, { lines, ...tally, seconds, dryRun: options.dryRun === true }, () =>
    [
      `${lines} ${lines === 1 ? 'line' : 'lines'}: ${created} ${verb}, ${alreadyThere} already there, ${refused} refused`,
      rate,
    ].join('; '),
  );
  if (refused > 0)
    throw new OperatorError(
      'Fix the refused lines and run the whole file again: customers that are there already are not created twice.',
    );
}

const ABOUT = `create customers from a file, or from standard input (-)

NDJSON: one object per line, with expressCustomerName and optionally metadata and idempotencyKey.
CSV: UTF-8, separated by commas; the first line names the columns expressCustomerName and optionally metadata (a JSON object) and idempotencyKey.
The columns that an export adds, such as ids and times, are ignored.

Each refused line is reported with its number and the reason; the other lines are imported. Run the same file again within 24 hours, fixed or not, and no line is created twice: a line is recognised by its content.`;

export function addImportCommand(program: Command, terminal: Terminal): void {
  addCommand(program, 'import', ABOUT)
    .summary('create customers from a file, or from standard input (-)')
    .argument('<file>', 'the file; - for standard input')
    .requiredOption('--clinic <uuid>', 'the clinic that gets the customers', parseUuid)
    .requiredOption('--key <uuid>', 'the API key that is recorded as their creator', parseUuid)
    .addOption(
      new Option('--format <format>', 'the format, when the file name does not end in it').choices(['ndjson', 'csv']),
    )
    .option('--dry-run', 'check the lines and write nothing')
    .action(importCustomers.bind(null, terminal));
}
