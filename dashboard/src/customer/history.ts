const KINDS = new Map(
  Object.entries({
    'express_customer.created': 'Created',
    'express_customer.updated': 'Changed',
    'express_customer.deactivated': 'Deactivated',
    'express_customer.reactivated': 'Reactivated',
    'express_customer.user_added': 'User added',
    'express_customer.user_removed': 'User removed',
  }),
);

/** What a kind of event is called; one that is not known here keeps its name. */
export const nameKind = (type: string): string => KINDS.get(type) ?? type;

const FIELDS = new Map(
  Object.entries({
    expressCustomerName: 'Name',
    externalReferenceId: 'Reference',
    isActive: 'Active',
    users: 'User',
  }),
);

const METADATA = 'metadata.';

/** What a changed field is called. */
export const nameField = (path: string): string =>
  path.startsWith(METADATA) ? `Metadata: ${path.slice(METADATA.length)}` : (FIELDS.get(path) ?? path);

/** A value before or after a change, in words. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return 'none';
}
