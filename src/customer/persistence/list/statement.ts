import type { Criteria } from '../../model/customer-list.js';
import type { Order } from './order.js';

export interface ListRequest {
  clinicId: string;
  criteria: Criteria;
  order: Order;
  /** The sort keys of the row behind which the page begins. */
  after: string[] | null;
}

const containing = (part: string): string => `%${part.replace(/[\\%_]/g, '\\$&')}%`;

/** The conditions of a list in SQL, and their values in the order in which they were bound. */
export class ListStatement {
  readonly values: unknown[] = [];
  /** What an index in list order answers by itself. */
  readonly inOrder: string[] = [];
  /** What must be looked at row by row, or asked of the search index. */
  readonly searched: string[] = [];

  constructor({ clinicId, criteria, order, after }: ListRequest) {
    this.inOrder.push(`customer.clinic_id = ${this.bind(clinicId)}`);
    this.addCriteria(criteria, order);
    if (after)
      this.inOrder.push(
        behind(
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

  private addCriteria({ isActive, namePart, metadata }: Criteria, order: Order): void {
    if (isActive !== undefined) {
      // Written out, not bound: the planner must see that a partial index holds all that is asked for.
      const condition = isActive ? 'customer.is_active' : 'NOT customer.is_active';
      (order.isIndexedBy(isActive) ? this.inOrder : this.searched).push(condition);
    }
    if (namePart !== undefined) this.searched.push(`customer.name_search LIKE ${this.bind(containing(namePart))}`);
    if (metadata) this.searched.push(`customer.metadata @> ${this.bind(JSON.stringify(metadata))}::jsonb`);
  }
}

/** One row-value comparison: PostgreSQL seeks straight to the row, however deep the page; written with OR it scans. */
export const behind = ({ keys, direction }: Order, after: string[]): string =>
  `(${keys.join(', ')}) ${direction === 'ASC' ? '>' : '<'} (${after.join(', ')})`;
