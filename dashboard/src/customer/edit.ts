import type { CustomerDraft } from '../shared/customer-draft.js';
import type { UpdateExpressCustomerInput } from '../operations/documents.js';
import { applyDifferences, findDifferences, newPair, toMetadata, toPairs, type Metadata } from '../shared/pairs.js';

/** What a person can edit of a customer. */
export interface Content {
  expressCustomerName: string;
  externalReferenceId: string | null;
  metadata: Metadata;
}

/** The content of a customer in one of its versions. */
export interface Stored extends Content {
  id: string;
  version: number;
}

export const toDraft = ({ expressCustomerName, externalReferenceId, metadata }: Content): CustomerDraft => ({
  name: expressCustomerName,
  reference: externalReferenceId ?? '',
  pairs: [...toPairs(metadata), newPair()],
});

export const toContent = ({ name, reference, pairs }: CustomerDraft): Content => ({
  expressCustomerName: name,
  externalReferenceId: reference === '' ? null : reference,
  metadata: toMetadata(pairs),
});

/** What an edit makes of the customer as it is stored now: what the edit did not touch keeps its stored value. */
export const applyEdit = (base: Content, edited: Content, stored: Content): Content => ({
  expressCustomerName:
    edited.expressCustomerName === base.expressCustomerName ? stored.expressCustomerName : edited.expressCustomerName,
  externalReferenceId:
    edited.externalReferenceId === base.externalReferenceId ? stored.externalReferenceId : edited.externalReferenceId,
  metadata: applyDifferences(base.metadata, edited.metadata, stored.metadata),
});

type Values = Record<string, string>;

// A metadata key cannot be confused with a field: it comes after a colon.
const toValues = ({ expressCustomerName, externalReferenceId, metadata }: Content): Values => ({
  Name: expressCustomerName,
  ...(externalReferenceId !== null && { Reference: externalReferenceId }),
  ...Object.fromEntries(Object.entries(metadata).map(([key, value]) => [`Metadata: ${key}`, value])),
});

export interface ConflictRow {
  field: string;
  before: string | undefined;
  theirs: string | undefined;
  yours: string | undefined;
}

/** The fields that somebody has changed, with their values before, as stored now, and as edited. */
export function listConflict(base: Content, stored: Content, edited: Content): ConflictRow[] {
  const [before, theirs, yours] = [toValues(base), toValues(stored), toValues(edited)];
  const differences = [...findDifferences(before, theirs), ...findDifferences(before, yours)];
  const touched = new Set(differences.map(({ key }) => key));
  const valueOf = (values: Values, field: string) => (Object.hasOwn(values, field) ? values[field] : undefined);
  const fields = Object.keys({ Name: '', Reference: '', ...before, ...theirs, ...yours });
  return fields
    .filter((field) => touched.has(field))
    .map((field) => ({
      field,
      before: valueOf(before, field),
      theirs: valueOf(theirs, field),
      yours: valueOf(yours, field),
    }));
}

/** The input that makes `content` of a stored customer, with the fields that differ; null where none does. */
export function toUpdateInput(stored: Stored, content: Content): UpdateExpressCustomerInput | null {
  const { expressCustomerName, externalReferenceId, metadata } = content;
  const changed = {
    ...(expressCustomerName !== stored.expressCustomerName && { expressCustomerName }),
    ...(externalReferenceId !== stored.externalReferenceId && { externalReferenceId }),
    ...(findDifferences(stored.metadata, metadata).length > 0 && { metadata }),
  };
  if (Object.keys(changed).length === 0) return null;
  return { expressCustomerId: stored.id, ...changed, expectedVersion: stored.version };
}
