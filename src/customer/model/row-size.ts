import type { ExpressCustomerEventEntity } from './express-customer-event.entity.js';
import { TextPage, type Page } from '../../shared/page.js';
import type { ListedCustomer } from './listed-customer.js';

/** Ids, times and numbers of a row, as JSON. */
const FIXED_BYTES = 500;

/** Texts that are shorter are counted by their length alone, which is cheaper and close enough. */
const SHORT = 64;

const bytesOf = (text: string): number => (text.length < SHORT ? text.length : Buffer.byteLength(text));

/** Estimates the bytes that an answer spends on a customer. */
export function customerBytes({ expressCustomerName, externalReferenceId, metadata }: ListedCustomer): number {
  let bytes = FIXED_BYTES + bytesOf(expressCustomerName) + bytesOf(externalReferenceId ?? '');
  for (const key of Object.keys(metadata)) bytes += bytesOf(key) + bytesOf(metadata[key]!);
  return bytes;
}

/** What a customer's fixed columns take in the text of a list. */
const FIXED_TEXT_BYTES = 140;

/** Estimates the bytes that an answer spends on a page of customers, without decoding them. */
export function pageBytes(page: Page<ListedCustomer>): number {
  if (!(page instanceof TextPage)) return page.rows.reduce((bytes, row) => bytes + customerBytes(row), 0);
  const { size, table } = page;
  if (size === 0) return 0;
  const text = table.text!.slice(0, table.endOf(size - 1));
  return size * (FIXED_BYTES - FIXED_TEXT_BYTES) + Buffer.byteLength(text);
}

const valueBytes = (value: string | boolean | null): number => (typeof value === 'string' ? bytesOf(value) : 5);

/** Estimates the bytes that an answer spends on an event. */
export function eventBytes({ changes }: ExpressCustomerEventEntity): number {
  return changes.reduce(
    (bytes, { path, before, after }) => bytes + bytesOf(path) + valueBytes(before) + valueBytes(after),
    FIXED_BYTES,
  );
}
