import type { Criteria } from '../../model/customer-list.js';
import type { Order } from './order.js';

export interface ListRequest {
  clinicId: string;
  criteria: Criteria;
  order: Order;
  /** The sort keys of the row after which the page begins; null for the first page. */
  after: string[] | null;
}

const containing = (part: string): string => `%${part.replace(/[\\%_]/g, '\\$&')}%`;

/** The conditions of a list in SQL, and their values in the order in which they were bound. */
export class ListStatement {
  readonly values: unknown[] = [];
  /** Conditions that an index in list order answers by itself. */
  readonly inOrder: string[] = [];
  /** Conditions that are checked row by row, or by the search index. */
  readonly searched: string[] = [];

  constructor({ clinicId, criteria, order, after }: ListRequest) {
    this.inOrder.push(`customer.clinic_id = ${this.bind(clinicId)}`);
    this.addCriteria(criteria, order);
    if (after)
      this.inOrder.push(
        afterCursor(
          order,
          after.map((key) => this.bind(key)),
        ),
      );
  }

  bind(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  get where(): string {
    return `WHERE ${[...this.inOrder, ...this.searched].join(' AND ')}`;
  }

  private addCriteria(criteria: Criteria, order: Order): void {
    const { isActive, externalReferenceId, namePart, metadata } = criteria;
    // An index finds it: at most one customer.
    if (externalReferenceId !== undefined)
      this.inOrder.push(`customer.external_reference_id = ${this.bind(externalReferenceId)}`);
    if (isActive !== undefined) {
      // Written out, not bound: the planner must see that a partial index holds all that is asked for.
      const condition = isActive ? 'customer.is_active' : 'NOT customer.is_active';
      (order.isIndexedBy(isActive) ? this.inOrder : this.searched).push(condition);
    }
    if (namePart !== undefined) this.searched.push(`customer.name_search LIKE ${this.bind(containing(namePart))}`);
    if (metadata) this.searched.push(`customer.metadata @> ${this.bind(JSON.stringify(metadata))}::jsonb`);
    this.addTimes(criteria, order);
  }

  private addTimes({ createdAfter, updatedAfter }: Criteria, { isByUpdate }: Order): void {
    const addUpdated = (conditions: string[], after: string) =>
      conditions.push(`customer.updated_at > ${this.bind(after)}::timestamptz`);
    if (updatedAfter !== undefined) addUpdated(isByUpdate ? this.inOrder : this.searched, updatedAfter);
    if (createdAfter === undefined) return;
    this.searched.push(`customer.created_at > ${this.bind(createdAfter)}::timestamptz`);
    // What was created after a time was last changed after it too, which an index finds.
    addUpdated(this.searched, createdAfter);
  }
}

/** Keyset pagination by one row-value comparison: PostgreSQL seeks the row, however deep the page; with OR it would scan. */
export const afterCursor = ({ keys, direction }: Order, after: string[]): string =>
  `(${keys.join(', ')}) ${direction === 'ASC' ? '>' : '<'} (${after.join(', ')})`;
