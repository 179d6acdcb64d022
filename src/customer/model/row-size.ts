import type { ExpressCustomerEventEntity } from './express-customer-event.entity.js';
import type { ExpressCustomerEntity } from './express-customer.entity.js';

/** Ids, times and numbers of a row, as JSON. */
const FIXED_BYTES = 500;

/** Texts that are shorter are counted by their length alone, which is cheaper and close enough. */
const SHORT = 64;

const bytesOf = (text: string): number => (text.length < SHORT ? text.length : Buffer.byteLength(text));

/** Estimates the bytes that an answer spends on a customer. */
export function customerBytes({ expressCustomerName, externalReferenceId, metadata }: ExpressCustomerEntity): number {
  let bytes = FIXED_BYTES + bytesOf(expressCustomerName) + bytesOf(externalReferenceId ?? '');
  for (const key of Object.keys(metadata)) bytes += bytesOf(key) + bytesOf(metadata[key]!);
  return bytes;
}

const valueBytes = (value: string | boolean | null): number => (typeof value === 'string' ? bytesOf(value) : 5);

/** Estimates the bytes that an answer spends on an event. */
export function eventBytes({ changes }: ExpressCustomerEventEntity): number {
  return changes.reduce(
    (bytes, { path, before, after }) => bytes + bytesOf(path) + valueBytes(before) + valueBytes(after),
    FIXED_BYTES,
  );
}
