import { CreateExpressCustomerInput } from '../../customer/contract/create-express-customer.input.js';
import { createExpressCustomer } from '../../customer/use-cases/index.js';
import type { RequestContext } from '../../identity/request-context.js';
import { AppError } from '../../shared/app-error.js';
import { hashJson } from '../../shared/hash-json.js';
import { parseInput } from '../../shared/validation.js';
import { isReadOnlyColumn } from './columns.js';
import type { ImportLine } from './lines.js';

const CONCURRENCY = 64;
const SHOWN_PATH_LENGTH = 120;

/** How many lines had which outcome. */
export interface Tally {
  created: number;
  alreadyThere: number;
  refused: number;
}

interface ImporterOptions {
  context: RequestContext;
  /** When the import began, by the database's clock: what was created before is there already. */
  startedAt: Date;
  isDryRun: boolean;
  reportRefused: (text: string) => void;
}

function parseCustomer(value: unknown): CreateExpressCustomerInput {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return parseInput(CreateExpressCustomerInput, value);
  const own = Object.entries(value).filter(([name]) => !isReadOnlyColumn(name));
  return parseInput(CreateExpressCustomerInput, Object.fromEntries(own));
}

function describeFaults(error: AppError): string {
  const faults = error.details.fields ?? [];
  const texts = faults.map(({ path, code, message }) =>
    `${path.join('.').slice(0, SHOWN_PATH_LENGTH)} ${code}: ${message}`.trim(),
  );
  return texts.join(' ') || `${error.code}: ${error.message}`;
}

/** Creates the customers of an import's lines, several concurrently, and reports each line that is refused. */
export class Importer {
  readonly tally: Tally = { created: 0, alreadyThere: 0, refused: 0 };
  private readonly running = new Set<Promise<void>>();
  private readonly occurrences = new Map<string, number>();
  private failure: unknown;

  constructor(private readonly options: ImporterOptions) {}

  /** Begins a line as soon as fewer than the greatest number are in progress. @throws what failed an earlier line and would fail all others. */
  async add(line: ImportLine): Promise<void> {
    while (this.running.size >= CONCURRENCY) await Promise.race(this.running);
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
      await this.create(parseCustomer(line.value));
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      this.refuse(line.line, describeFaults(error));
    }
  }

  private async create(input: CreateExpressCustomerInput): Promise<void> {
    const idempotencyKey = input.idempotencyKey ?? this.buildKey(input);
    const { context, startedAt, isDryRun } = this.options;
    if (isDryRun) return void (this.tally.created += 1);
    const { createdAt } = await createExpressCustomer(context, { ...input, idempotencyKey });
    this.tally[createdAt < startedAt ? 'alreadyThere' : 'created'] += 1;
  }

  // From the line's content and how many equal lines came before it: between two runs lines may be fixed, moved and added.
  private buildKey(input: CreateExpressCustomerInput): string {
    const digest = hashJson(input).toString('base64url');
    const occurrence = (this.occurrences.get(digest) ?? 0) + 1;
    this.occurrences.set(digest, occurrence);
    return `import ${digest} ${occurrence}`;
  }

  private refuse(line: number, reason: string): void {
    this.tally.refused += 1;
    this.options.reportRefused(`line ${line}: ${reason}`);
  }
}
