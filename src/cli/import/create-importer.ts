import { CreateExpressCustomerInput } from '../../customer/contract/create-express-customer.input.js';
import { createExpressCustomer } from '../../customer/use-cases/index.js';
import { hashJson } from '../../shared/hash-json.js';
import { parseInput } from '../../shared/validation.js';
import { LineImporter, type ImporterOptions } from './line-importer.js';

/** Creates the customers of an import's lines. */
export class CreateImporter extends LineImporter<{ created: number; alreadyThere: number; refused: number }> {
  readonly tally = { created: 0, alreadyThere: 0, refused: 0 };
  protected readonly concurrency = 64;
  private readonly occurrences = new Map<string, number>();

  /** @param startedAt when the import began, by the database's clock: what was created before is there already. */
  constructor(
    options: ImporterOptions,
    private readonly startedAt: Date,
  ) {
    super(options);
  }

  override describe(): string {
    const { created, alreadyThere, refused } = this.tally;
    const verb = this.options.isDryRun ? 'would be created' : 'created';
    return `${created} ${verb}, ${alreadyThere} already there, ${refused} refused`;
  }

  protected override async importValue(value: unknown): Promise<void> {
    const input = parseInput(CreateExpressCustomerInput, value);
    const idempotencyKey = input.idempotencyKey ?? this.buildKey(input);
    if (this.options.isDryRun) return void (this.tally.created += 1);
    const { createdAt } = await createExpressCustomer(this.options.context, { ...input, idempotencyKey });
    this.tally[createdAt < this.startedAt ? 'alreadyThere' : 'created'] += 1;
  }

  // From the line's content and how many equal lines came before it: between two runs lines may be fixed, moved and added.
  private buildKey(input: CreateExpressCustomerInput): string {
    const digest = hashJson(input).toString('base64url');
    const occurrence = (this.occurrences.get(digest) ?? 0) + 1;
    this.occurrences.set(digest, occurrence);
    return `import ${digest} ${occurrence}`;
  }
}
