import { parseTimestamptz } from '../../../database/connection/type-parsers.js';
import type { TextTable } from '../../../shared/text-table.js';
import type { Metadata } from '../../model/express-customer.entity.js';
import { TEXT_COLUMN, type ListedCustomer } from '../../model/listed-customer.js';
import type { Order, SortedCustomer } from './order.js';

const asJson = (column: string): string => `coalesce(to_json(customer.${column})::text, '')`;

const EXPRESSIONS: Record<keyof ListedCustomer, string> = {
  expressCustomerId: 'customer.express_customer_id',
  isActive: 'customer.is_active',
  userCount: 'customer.user_count',
  version: 'customer.version',
  createdAt: 'customer.created_at',
  updatedAt: 'customer.updated_at',
  createdByApiKeyId: "coalesce(customer.created_by_api_key_id::text, '')",
  createdByUserId: asJson('created_by_user_id'),
  metadata: 'customer.metadata',
  externalReferenceId: asJson('external_reference_id'),
  expressCustomerName: asJson('express_customer_name'),
};

const COLUMNS = (Object.keys(TEXT_COLUMN) as (keyof ListedCustomer)[])
  .sort((one, other) => TEXT_COLUMN[one] - TEXT_COLUMN[other])
  .map((name) => EXPRESSIONS[name]);

/**
 * SQL of the rows of `customer` as one text, in their order. For the service it is a fifth of the work of one value for each
 * column, and PostgreSQL writes it faster too.
 */
export function selectAsText({ isByName }: Order): string {
  const columns = isByName ? [...COLUMNS, asJson('name_search')] : COLUMNS;
  return `string_agg(concat_ws(E'\\x1f', ${columns.join(', ')}), E'\\x1e')`;
}

const parseText = (json: string): string => JSON.parse(json) as string;
const parseOptional = (json: string): string | null => (json === '' ? null : parseText(json));

/** Decodes one row. */
export function readCustomer(table: TextTable, row: number): SortedCustomer {
  const columns = table.columnsOf(row);
  const get = (name: keyof ListedCustomer): string => columns[TEXT_COLUMN[name]]!;
  const nameSearch = columns[COLUMNS.length];
  return {
    expressCustomerId: get('expressCustomerId'),
    expressCustomerName: parseText(get('expressCustomerName')),
    externalReferenceId: parseOptional(get('externalReferenceId')),
    isActive: get('isActive') === 't',
    userCount: Number(get('userCount')),
    metadata: JSON.parse(get('metadata')) as Metadata,
    version: Number(get('version')),
    createdAt: parseTimestamptz(get('createdAt')),
    updatedAt: parseTimestamptz(get('updatedAt')),
    createdByApiKeyId: get('createdByApiKeyId') || null,
    createdByUserId: parseOptional(get('createdByUserId')),
    ...(nameSearch !== undefined && { nameSearch: parseText(nameSearch) }),
  };
}
