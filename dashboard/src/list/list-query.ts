import type { CustomersQueryVariables, ExpressCustomerFilter, ExpressCustomerOrder } from '../operations/documents.js';

/** What a list shows, as its fields have it and as the page's address keeps it. */
export interface ListQuery {
  search: string;
  state: '' | 'active' | 'deactivated';
  reference: string;
  /** A pair, such as region=northeast. */
  metadata: string;
  /** Days, such as 2026-11-26. */
  createdSince: string;
  updatedSince: string;
  order: ExpressCustomerOrder;
}

export const ORDERS = [
  ['CREATED_AT_DESC', 'Newest first'],
  ['CREATED_AT_ASC', 'Oldest first'],
  ['NAME_ASC', 'Name, A to Z'],
  ['NAME_DESC', 'Name, Z to A'],
  ['UPDATED_AT_DESC', 'Changed last'],
  ['UPDATED_AT_ASC', 'Changed longest ago'],
] as const satisfies readonly (readonly [ExpressCustomerOrder, string])[];

export const STATES = [
  ['', 'All'],
  ['active', 'Active'],
  ['deactivated', 'Deactivated'],
] as const satisfies readonly (readonly [ListQuery['state'], string])[];

export const EMPTY_QUERY: ListQuery = {
  search: '',
  state: '',
  reference: '',
  metadata: '',
  createdSince: '',
  updatedSince: '',
  order: 'CREATED_AT_DESC',
};

const NAMES = Object.keys(EMPTY_QUERY) as (keyof ListQuery)[];

const isAllowed = (name: keyof ListQuery, value: string): boolean => {
  if (name === 'order') return ORDERS.some(([order]) => order === value);
  if (name === 'state') return STATES.some(([state]) => state === value);
  return !name.endsWith('Since') || /^\d{4}-\d{2}-\d{2}$/.test(value);
};

/** Reads an address; what it does not say, or says wrongly, is as in an empty query. */
export const parseListQuery = (parameters: URLSearchParams): ListQuery =>
  Object.fromEntries(
    NAMES.map((name) => {
      const value = parameters.get(name);
      return [name, value !== null && isAllowed(name, value) ? value : EMPTY_QUERY[name]];
    }),
  ) as unknown as ListQuery;

/** Writes what differs from an empty query. */
export const formatListQuery = (query: ListQuery): string =>
  new URLSearchParams(
    NAMES.filter((name) => query[name] !== EMPTY_QUERY[name]).map((name): [string, string] => [name, query[name]]),
  ).toString();

// The filter takes what is later than a time, and a day includes its first moment.
const startOfDay = (day: string): string | undefined => {
  const start = new Date(`${day}T00:00:00`);
  return Number.isNaN(start.getTime()) ? undefined : new Date(start.getTime() - 1).toISOString();
};

function toPair(text: string): Record<string, string> | undefined {
  const at = text.indexOf('=');
  return at > 0 ? { [text.slice(0, at).trim()]: text.slice(at + 1).trim() } : undefined;
}

function toFilter(query: ListQuery): ExpressCustomerFilter {
  const parts: [keyof ExpressCustomerFilter, unknown][] = [
    ['nameContains', query.search || undefined],
    ['isActive', query.state === '' ? undefined : query.state === 'active'],
    ['externalReferenceId', query.reference || undefined],
    ['metadata', toPair(query.metadata)],
    ['createdAfter', startOfDay(query.createdSince)],
    ['updatedAfter', startOfDay(query.updatedSince)],
  ];
  return Object.fromEntries(parts.filter(([, value]) => value !== undefined));
}

export const PAGE_SIZE = 25;
/** As many as the service gives in a page. */
const MAX_PAGE_SIZE = 100;

/** The variables of the first page, which has more rows than others where more were shown before. */
export const toVariables = (query: ListQuery, shownBefore = 0): CustomersQueryVariables => ({
  first: Math.min(Math.max(shownBefore, PAGE_SIZE), MAX_PAGE_SIZE),
  filter: toFilter(query),
  orderBy: query.order,
});
