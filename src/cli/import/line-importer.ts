import type { RequestContext } from '../../identity/request-context.js';
import { AppError } from '../../shared/app-error.js';
import { isReadOnlyColumn } from './columns.js';
import type { ImportLine } from './lines.js';

const SHOWN_PATH_LENGTH = 120;

export interface ImporterOptions {
  context: RequestContext;
  isDryRun: boolean;
  reportRefused: (text: string) => void;
}

/** Thrown for a line that is refused for a reason of the import's own. */
export class LineRefused extends Error {}

function describe(error: unknown): string | null {
  if (error instanceof LineRefused) return error.message;
  if (!(error instanceof AppError) || error.status >= 500) return null;
  const texts = (error.details.fields ?? []).map(({ path, code, message }) =>
    `${path.join('.').slice(0, SHOWN_PATH_LENGTH)} ${code}: ${message}`.trim(),
  );
  return texts.join(' ') || `${error.code}: ${error.message}`;
}

/** What a line holds without the columns that an export adds; what is no object stays as it is, to be refused. */
function withoutReadOnly(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !isReadOnlyColumn(name)));
}

/** Imports lines, several concurrently, and reports each that is refused. */
export abstract class LineImporter<Tally extends { refused: number }> {
  /** How many lines had which outcome. */
  abstract readonly tally: Tally;
  /** At most this many lines are in progress. */
  protected abstract readonly concurrency: number;
  private readonly running = new Set<Promise<void>>();
  private failure: unknown;

  constructor(protected readonly options: ImporterOptions) {}

  /** Imports what a line holds. @throws AppError or LineRefused when it is refused; nothing of it was stored then. */
  protected abstract importValue(value: unknown, line: number): Promise<void>;

  /** In one text for people, what became of the lines. */
  abstract describe(lines: number): string;

  /** Begins a line as soon as fewer than the greatest number are in progress. @throws what failed an earlier line and would fail all others. */
  async add(line: ImportLine): Promise<void> {
    while (this.running.size >= this.concurrency) await Promise.race(this.running);
    if (this.failure) throw this.failure as Error;
    const work: Promise<void> = this.importLine(line)
      .catch((error: unknown) => void (this.failure ??= error))
      .finally(() => this.running.delete(work));
    this.running.add(work);
  }

  /** Waits for the lines in progress. @throws what failed one of them. */
  async finish(): Promise<void> {
    await Promise.all(this.running);
    if (this.failure) throw this.failure as Error;
  }

  private async importLine(line: ImportLine): Promise<void> {
    if ('unreadable' in line) return this.refuse(line.line, line.unreadable);
    try {
      await this.importValue(withoutReadOnly(line.value), line.line);
    } catch (error) {
      const reason = describe(error);
      if (reason === null) throw error;
      this.refuse(line.line, reason);
    }
  }

  private refuse(line: number, reason: string): void {
    this.tally.refused += 1;
    this.options.reportRefused(`line ${line}: ${reason}`);
  }
}
