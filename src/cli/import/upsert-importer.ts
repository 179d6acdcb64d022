import { UpsertExpressCustomerInput } from '../../customer/contract/upsert-express-customer.input.js';
import { upsertExpressCustomer } from '../../customer/use-cases/index.js';
import { parseInput } from '../../shared/validation.js';
import { LineImporter, LineRefused } from './line-importer.js';

const COUNTED = { CREATED: 'created', UPDATED: 'updated', UNCHANGED: 'unchanged' } as const;

interface Tally {
  created: number;
  updated: number;
  unchanged: number;
  refused: number;
}

/** Creates or changes the customers of the references of an import's lines; each reference once. */
export class UpsertImporter extends LineImporter<Tally> {
  readonly tally: Tally = { created: 0, updated: 0, unchanged: 0, refused: 0 };
  // As many as share a statement, and as many again that are read meanwhile.
  protected readonly concurrency = 200;
  private readonly lineOf = new Map<string, number>();

  override describe(lines: number): string {
    const { created, updated, unchanged, refused } = this.tally;
    if (this.options.isDryRun) return `${lines - refused} would be upserted, ${refused} refused`;
    return `${created} created, ${updated} updated, ${unchanged} unchanged, ${refused} refused`;
  }

  protected override async importValue(value: unknown, line: number): Promise<void> {
    const input = parseInput(UpsertExpressCustomerInput, value);
    const first = this.lineOf.get(input.externalReferenceId);
    if (first !== undefined)
      throw new LineRefused(`externalReferenceId INVALID: line ${first} has the same reference.`);
    this.lineOf.set(input.externalReferenceId, line);
    if (this.options.isDryRun) return;
    const { outcome } = await upsertExpressCustomer(this.options.context, input);
    this.tally[COUNTED[outcome]] += 1;
  }
}
