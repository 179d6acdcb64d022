import { open, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Option, type Command } from 'commander';
import type { Database } from '../../database/database.js';
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
import type { ImportMode } from './columns.js';
import { CreateImporter } from './create-importer.js';
import type { LineImporter } from './line-importer.js';
import { readImportLines, type Format } from './lines.js';
import { UpsertImporter } from './upsert-importer.js';

interface ImportOptions extends OutputOptions {
  clinic: string;
  key: string;
  format?: Format;
  dryRun?: boolean;
  upsert?: boolean;
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

type AnyImporter = LineImporter<{ refused: number }>;

async function importLines(importer: AnyImporter, source: Source, mode: ImportMode, progress: Progress) {
  let lines = 0;
  let bytes = 0;
  const count = (ofLine: number) => void (bytes += ofLine);
  for await (const line of readImportLines(readChunks(source.input, source.name), source.format, {
    mode,
    count,
  })) {
    await importer.add(line);
    lines += 1;
    progress.update(bytes, lines);
  }
  await importer.finish();
  progress.update(source.bytes ?? bytes, lines);
  return lines;
}

async function createImporter(database: Database, options: ImportOptions, progress: Progress): Promise<AnyImporter> {
  const context = await requireKeyContext(database, options);
  authorise(context, 'express:write');
  const reportRefused = (text: string) => progress.log(text);
  const common = { context, isDryRun: options.dryRun === true, reportRefused };
  if (options.upsert) return new UpsertImporter(common);
  return new CreateImporter(common, await getDatabaseTime(database.dataSource.manager));
}

const runImport = (terminal: Terminal, source: Source, progress: Progress, options: ImportOptions) =>
  withDatabase(terminal, async (database) => {
    const importer = await createImporter(database, options, progress);
    const lines = await importLines(importer, source, options.upsert ? 'upsert' : 'create', progress);
    return { lines, importer };
  });

const RUN_AGAIN: Record<ImportMode, string> = {
  create: 'customers that are there already are not created twice.',
  upsert: 'customers that are as the file says are left as they are.',
};

async function importCustomers(terminal: Terminal, file: string, options: ImportOptions): Promise<void> {
  const source = await openSource(terminal, file, options);
  const started = performance.now();
  const progress = showProgress(terminal, source.bytes);
  const { importer, lines } = await runImport(terminal, source, progress, options).finally(() => {
    progress.stop();
    source.input.destroy();
  });
  const seconds = (performance.now() - started) / 1_000;
  const rate = `${seconds.toFixed(1)} s, ${Math.round(lines / seconds)} lines/s`;
  const summary = { lines, ...importer.tally, seconds, dryRun: options.dryRun === true };
  print(terminal, options, summary, () =>
    [`${lines} ${lines === 1 ? 'line' : 'lines'}: ${importer.describe(lines)}`, rate].join('; '),
  );
  if (importer.tally.refused > 0)
    throw new OperatorError(
      `Fix the refused lines and run the whole file again: ${RUN_AGAIN[options.upsert ? 'upsert' : 'create']}`,
    );
}

const ABOUT = `create customers from a file, or from standard input (-)

NDJSON: one object per line, with expressCustomerName and optionally externalReferenceId, metadata and idempotencyKey.
CSV: UTF-8, separated by commas or semicolons; the first line names the columns expressCustomerName and optionally externalReferenceId, metadata (a JSON object) or one column per key such as metadata.region, and idempotencyKey.
The columns that an export adds, such as ids and times, are ignored.

Each refused line is reported with its number and the reason; the other lines are imported. Run the same file again within 24 hours, fixed or not, and no line is created twice: a line is recognised by its content.

With --upsert each line needs an externalReferenceId: the customer that has it is changed where the line differs, or created. Such a file may be run again for ever. It takes no idempotencyKey.`;

export function addImportCommand(program: Command, terminal: Terminal): void {
  addCommand(program, 'import', ABOUT)
    .summary('create customers from a file, or from standard input (-)')
    .argument('<file>', 'the file; - for standard input')
    .requiredOption('--clinic <uuid>', 'the clinic that gets the customers', parseUuid)
    .requiredOption('--key <uuid>', 'the API key that is recorded as their creator', parseUuid)
    .addOption(
      new Option('--format <format>', 'the format, when the file name does not end in it').choices(['ndjson', 'csv']),
    )
    .option('--upsert', 'change the customers that have the references of the lines; create only the others')
    .option('--dry-run', 'check the lines and write nothing')
    .action(importCustomers.bind(null, terminal));
}
