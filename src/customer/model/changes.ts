import type { ExpressCustomerEntity, Metadata } from './express-customer.entity.js';
import type { Change } from './express-customer-event.entity.js';

/** The fields that a change can set, as they are before or after it. */
export type Changeable = Pick<
  ExpressCustomerEntity,
  'expressCustomerName' | 'externalReferenceId' | 'isActive' | 'metadata'
>;

const METADATA_PATH = 'metadata.';

const valueAt = (metadata: Metadata, key: string): string | null =>
  Object.hasOwn(metadata, key) ? metadata[key]! : null;

function changedMetadata(before: Metadata, after: Metadata): Change[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys]
    .sort()
    .map((key) => ({ path: METADATA_PATH + key, before: valueAt(before, key), after: valueAt(after, key) }))
    .filter((change) => change.before !== change.after);
}

/** What is different between two states, one entry per field; empty when nothing is. */
export function changesBetween(before: Changeable, after: Changeable): Change[] {
  const fields = (['expressCustomerName', 'externalReferenceId', 'isActive'] as const)
    .filter((field) => before[field] !== after[field])
    .map((field): Change => ({ path: field, before: before[field], after: after[field] }));
  return [...fields, ...changedMetadata(before.metadata, after.metadata)];
}

/** The changes that the event of a creation lists: everything that was given. */
export function changesOfCreation({
  expressCustomerName,
  externalReferenceId,
  metadata,
}: Omit<Changeable, 'isActive'>): Change[] {
  const changes: Change[] = [{ path: 'expressCustomerName', before: null, after: expressCustomerName }];
  if (externalReferenceId !== null)
    changes.push({ path: 'externalReferenceId', before: null, after: externalReferenceId });
  return [...changes, ...changedMetadata({}, metadata)];
}

/** The state before changes, given the state after them. */
export function stateBefore(after: Changeable, changes: Change[]): Changeable {
  const metadata = new Map(Object.entries(after.metadata));
  const before = { ...after };
  for (const { path, before: value } of changes) {
    if (path === 'expressCustomerName') before.expressCustomerName = String(value);
    else if (path === 'externalReferenceId') before.externalReferenceId = value === null ? null : String(value);
    else if (path === 'isActive') before.isActive = value === true;
    else if (value === null) metadata.delete(path.slice(METADATA_PATH.length));
    else metadata.set(path.slice(METADATA_PATH.length), String(value));
  }
  return { ...before, metadata: Object.fromEntries(metadata) };
}
