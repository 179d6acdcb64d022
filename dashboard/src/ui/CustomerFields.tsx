import type { CustomerDraft } from '../shared/customer-draft.js';
import { faultAt, type Problem } from '../shared/problem.js';
import { PairFields, TextField } from './fields.js';

interface CustomerFieldsProps {
  draft: CustomerDraft;
  problem: Problem | null;
  onChange: (fields: Partial<CustomerDraft>) => void;
}

/** The fields of a customer; what the service objects to stands at each. */
export function CustomerFields({ draft, problem, onChange }: CustomerFieldsProps) {
  return (
    <>
      <TextField
        label="Name"
        value={draft.name}
        fault={faultAt(problem, 'expressCustomerName')}
        onChange={(name) => onChange({ name })}
      />
      <TextField
        label="Reference"
        hint="The id that another system has for it. May stay empty."
        value={draft.reference}
        fault={faultAt(problem, 'externalReferenceId')}
        onChange={(reference) => onChange({ reference })}
      />
      <PairFields pairs={draft.pairs} problem={problem} onChange={(pairs) => onChange({ pairs })} />
    </>
  );
}
