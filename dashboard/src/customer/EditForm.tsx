import { useApolloClient, useMutation } from '@apollo/client/react';
import { useState, type FormEvent } from 'react';
import { CustomerDocument, UpdateCustomerDocument } from '../operations/documents.js';
import { findDoubledKeys } from '../shared/pairs.js';
import { localProblem, problemOf, type Problem } from '../shared/problem.js';
import { ProblemAlert } from '../ui/Alert.js';
import { CustomerFields } from '../ui/CustomerFields.js';
import type { CustomerDraft } from '../shared/customer-draft.js';
import { useWorkspace } from '../workspace/workspace.js';
import { Conflict } from './Conflict.js';
import type { Customer } from './customer.js';
import { applyEdit, toContent, toDraft, toUpdateInput, type Content, type Stored } from './edit.js';

const toStored = ({ externalReferenceId, ...customer }: Customer): Stored => ({
  ...customer,
  externalReferenceId: externalReferenceId ?? null,
});

/** Edits on top of the version that was read; when somebody was faster, `stored` is theirs and a person decides. */
function useEdit(customer: Customer, onDone: () => void) {
  const client = useApolloClient();
  const { announce } = useWorkspace();
  // Kept apart from the cache: the customer may change there while somebody types.
  const [base, setBase] = useState(() => toStored(customer));
  const [draft, setDraft] = useState(() => toDraft(base));
  const [stored, setStored] = useState<Stored | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [update, { loading }] = useMutation(UpdateCustomerDocument, { refetchQueries: ['CustomerHistory'] });

  function startFrom(from: Stored) {
    setBase(from);
    setDraft(toDraft(from));
    setStored(null);
    setProblem(null);
  }
  async function readStored() {
    const variables = { id: base.id };
    const { data } = await client.query({ query: CustomerDocument, variables, fetchPolicy: 'network-only' });
    setStored(data?.expressCustomer ? toStored(data.expressCustomer) : null);
  }
  async function send(from: Stored, content: Content) {
    // A second click would find the change of the first, as if it were somebody else's.
    if (loading) return;
    const doubled = findDoubledKeys(draft.pairs);
    if (doubled.length > 0) return setProblem(localProblem('A metadata key is there twice.', doubled));
    const input = toUpdateInput(from, content);
    try {
      if (input) await update({ variables: { input } });
      announce(input ? 'Saved.' : 'Nothing was changed.');
      onDone();
    } catch (error) {
      const refusal = problemOf(error);
      setProblem(refusal);
      if (refusal.code === 'VERSION_CONFLICT') await readStored().catch((failure) => setProblem(problemOf(failure)));
    }
  }
  const edited = toContent(draft);
  return {
    ...{ base, draft, edited, stored, problem, loading },
    change: (fields: Partial<CustomerDraft>) => setDraft((current) => ({ ...current, ...fields })),
    save: () => send(base, edited),
    saveOnTop: () => stored && send(stored, applyEdit(base, edited, stored)),
    takeStored: () => stored && startFrom(stored),
  };
}

/** Edits name, reference and metadata. */
export function EditForm({ customer, onDone }: { customer: Customer; onDone: () => void }) {
  const { base, draft, edited, stored, problem, loading, change, save, saveOnTop, takeStored } = useEdit(
    customer,
    onDone,
  );
  function submit(event: FormEvent) {
    event.preventDefault();
    void save();
  }
  return (
    <form className="card" aria-label="Edit" onSubmit={submit} noValidate>
      <CustomerFields draft={draft} problem={problem} onChange={change} />
      {stored ? (
        <Conflict
          base={base}
          stored={stored}
          edited={edited}
          onSaveOnTop={() => void saveOnTop()}
          onTakeStored={takeStored}
        />
      ) : (
        <>
          {problem && <ProblemAlert problem={problem} />}
          <div className="row start">
            <button type="submit">{loading ? 'Saving' : 'Save'}</button>
            <button type="button" className="quiet" onClick={onDone}>
              Cancel
            </button>
          </div>
        </>
      )}
    </form>
  );
}
