import type { FastifyReply } from 'fastify';
import { AppError, badUserInput, type FieldError } from '../../shared/app-error.js';
import { instantText } from '../../shared/instant.js';
import { PAGE_SIZE, type Page } from '../../shared/page.js';
import type { ListedCustomer } from '../model/listed-customer.js';
import { toExpressCustomer } from '../contract/express-customer.type.js';

type Names = ReadonlyMap<unknown, string>;

// What the published REST shape calls differently from GraphQL's arguments and inputs.
const QUERY_NAMES: Names = new Map([
  ['first', 'limit'],
  ['after', 'cursor'],
  ['filter.nameContains', 'expressCustomerName'],
  ['filter.createdAfter', 'createdAfter'],
  ['filter.updatedAfter', 'updatedAfter'],
]);
const HEADER_NAMES: Names = new Map([['idempotencyKey', 'Idempotency-Key']]);

/**
 * Eight of the nine published fields: createdByApiKeyId or createdByUserId, whichever kind of caller created it. The version
 * travels as the ETag.
 */
export function toRestCustomer(row: ListedCustomer): object {
  const { createdByApiKeyId, createdByUserId, ...rest } = toExpressCustomer(row);
  const { id: _, version: __, externalReferenceId: ___, ...customer } = rest;
  return {
    ...customer,
    createdAt: instantText(customer.createdAt),
    updatedAt: instantText(customer.updatedAt),
    ...(createdByApiKeyId !== null && { createdByApiKeyId }),
    ...(createdByUserId !== null && { createdByUserId }),
  };
}

/** Sends a customer with its version as a strong ETag: equal ETags mean equal text. */
export function sendCustomer(reply: FastifyReply, row: ListedCustomer): FastifyReply {
  return reply.header('etag', `"${row.version}"`).send(toRestCustomer(row));
}

/** A page of customers. Its last page has no cursor: some client libraries go on while there is one, whatever `hasMore` says. */
export function toRestPage(page: Page<ListedCustomer>): object {
  const last = page.rows.at(-1);
  return {
    expressCustomers: page.rows.map(toRestCustomer),
    cursor: page.hasNextPage && last ? page.cursorOf(last) : null,
    hasMore: page.hasNextPage,
  };
}

const NOT_A_TAG: FieldError = {
  path: ['If-Match'],
  code: 'INVALID',
  message: 'The header If-Match takes one entity tag in quotes, or *.',
};

// Never the version of a customer.
const NO_VERSION = 2 ** 31 - 1;

/**
 * The version that an If-Match header requires; undefined when any will do. A well-formed tag that this service never sent
 * matches no version (RFC 9110, 13.1.1).
 * @throws AppError BAD_USER_INPUT when the header is not one entity tag.
 */
export function parseIfMatch(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const tag = /^(W\/)?"([\x21\x23-\x7e]*)"$/.exec(ifMatch.trim());
  if (!tag) throw badUserInput([NOT_A_TAG]);
  return tag[1] === undefined && /^[1-9]\d{0,8}$/.test(tag[2]!) ? Number(tag[2]) : NO_VERSION;
}

const NOT_A_RETRY_COUNT: FieldError = {
  path: ['X-Stainless-Retry-Count'],
  code: 'INVALID',
  message: 'The header X-Stainless-Retry-Count takes one whole number from 0 to 999.',
};

/**
 * Which try of a call this is by its client library: 0 is the original; undefined when the client does not count its tries.
 * A header that a proxy repeated counts as its highest number, since an original is never marked as a retry.
 * @throws AppError BAD_USER_INPUT for anything else, so that no retry is mistaken for an original.
 */
export function parseRetryCount(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const counts = header.split(',').map((count) => count.trim());
  if (!counts.every((count) => /^\d{1,3}$/.test(count))) throw badUserInput([NOT_A_RETRY_COUNT]);
  return Math.max(...counts.map(Number));
}

/** The number of rows per page; client libraries that hold it as a double send 20.0. Not a number when it is malformed. */
export function parseLimit(limit: unknown): number {
  if (limit === undefined) return PAGE_SIZE.default;
  return typeof limit === 'string' && /^\d{1,9}(\.0+)?$/.test(limit) ? Number(limit) : NaN;
}

// An unknown key is named by the caller itself.
function renameField({ path, ...fieldError }: FieldError, names: Names): FieldError {
  const name = fieldError.code === 'UNKNOWN' ? undefined : names.get(path.join('.'));
  return { ...fieldError, path: name === undefined ? path : [name] };
}

async function withNames<T>(names: Names, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError) || !error.details.fields) throw error;
    throw badUserInput(error.details.fields.map((fieldError) => renameField(fieldError, names)));
  }
}

/** Reports the broken rules of a list's arguments by the names of its query parameters. */
export const withQueryNames = <T>(work: () => Promise<T>): Promise<T> => withNames(QUERY_NAMES, work);

/** Reports the broken rules of what a header holds by the header's name. */
export const withHeaderNames = <T>(work: () => Promise<T>): Promise<T> => withNames(HEADER_NAMES, work);
