import { isDeepStrictEqual } from 'node:util';
import type { DataSource } from 'typeorm';
import { changesBetween, stateBefore, type Changeable } from '../../src/customer/model/changes.js';
import { ExpressCustomerEntity } from '../../src/customer/model/express-customer.entity.js';
import { ExpressCustomerEventEntity } from '../../src/customer/model/express-customer-event.entity.js';

/** What a clinic's tables hold. */
export interface ClinicAudit {
  customers: number;
  references: number;
  createdEvents: number;
  events: number;
  /** Positions that are not 1, 2, 3, ... in their order. */
  misplaced: number;
  /** Customers whose events, undone from the last to the first, do not lead from the row to nothing. */
  unexplained: number;
}

const NOTHING: Changeable = { expressCustomerName: '', externalReferenceId: null, isActive: true, metadata: {} };

function isExplained(row: ExpressCustomerEntity, events: ExpressCustomerEventEntity[]): boolean {
  const versions = events.map(({ version }) => version);
  if (
    !isDeepStrictEqual(
      versions,
      versions.map((_, n) => n + 1),
    ) ||
    versions.length !== row.version
  )
    return false;
  let state: Changeable = row;
  for (const { changes, version } of events.toReversed()) {
    const before = stateBefore(state, changes);
    if (version > 1 && !isDeepStrictEqual(changesBetween(before, state), changes)) return false;
    state = before;
  }
  const { externalReferenceId, isActive, metadata } = state;
  return isDeepStrictEqual(
    { externalReferenceId, isActive, metadata },
    {
      externalReferenceId: NOTHING.externalReferenceId,
      isActive: NOTHING.isActive,
      metadata: NOTHING.metadata,
    },
  );
}

/** Compares the customers of a clinic with their events. */
export async function auditClinic(dataSource: DataSource, clinicId: string): Promise<ClinicAudit> {
  const rows = await dataSource.getRepository(ExpressCustomerEntity).findBy({ clinicId });
  const events = await dataSource
    .getRepository(ExpressCustomerEventEntity)
    .find({ where: { clinicId }, order: { version: 'ASC' } });
  const positions = events.map(({ position }) => Number(position)).sort((one, other) => one - other);
  const of = ({ expressCustomerId }: ExpressCustomerEntity) =>
    events.filter((event) => event.expressCustomerId === expressCustomerId);
  return {
    customers: rows.length,
    references: new Set(rows.map(({ externalReferenceId }) => externalReferenceId)).size,
    createdEvents: events.filter(({ type }) => type === 'express_customer.created').length,
    events: events.length,
    misplaced: positions.filter((position, n) => position !== n + 1).length,
    unexplained: rows.filter((row) => !isExplained(row, of(row))).length,
  };
}
