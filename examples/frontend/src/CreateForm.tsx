import { useMutation } from '@apollo/client/react';
import { useState, type FormEvent } from 'react';
import { CREATE } from './documents';
import { Alert, PairFields, TextField } from './fields';
import { doubledKeys, newPair, toMetadata, type Pair } from './pairs';
import { faultAt, problemOf, type Problem } from './problem';

// One key for one draft: a double click or a retry sends it again and gets the same customer. Another draft is another
// customer, so each change of it brings another key.
const draftOf = (name: string, pairs: Pair[]) => ({ name, pairs, idempotencyKey: crypto.randomUUID() });
const emptyDraft = () => draftOf('', [newPair()]);

/** Creates a customer. The service checks the input; what it objects to stands at the inputs. */
export function CreateForm({ onCreated }: { onCreated: (name: string) => void }) {
  const [draft, setDraft] = useState(emptyDraft);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [create] = useMutation(CREATE, { refetchQueries: ['Customers'] });

  async function submit(event: FormEvent) {
    event.preventDefault();
    const doubled = doubledKeys(draft.pairs, 'metadata');
    if (doubled.length > 0)
      return setProblem({ code: 'BAD_USER_INPUT', message: 'A key is there twice.', fields: doubled });
    try {
      const input = {
        expressCustomerName: draft.name,
        metadata: toMetadata(draft.pairs),
        idempotencyKey: draft.idempotencyKey,
      };
      const { data } = await create({ variables: { input } });
      setProblem(null);
      // What was typed since is another draft, and stays.
      setDraft((current) => (current === draft ? emptyDraft() : current));
      onCreated(data!.createExpressCustomer.expressCustomerName);
    } catch (error) {
      setProblem(problemOf(error));
    }
  }

  return (
    <section aria-labelledby="create-heading" className="card">
      <h2 id="create-heading">New customer</h2>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <TextField
          label="Name"
          value={draft.name}
          fault={faultAt(problem, 'expressCustomerName')}
          onChange={(name) => setDraft(draftOf(name, draft.pairs))}
        />
        <PairFields
          pairs={draft.pairs}
          path="metadata"
          problem={problem}
          onChange={(pairs) => setDraft(draftOf(draft.name, pairs))}
        />
        {problem && (
          <Alert>{problem.fields.length > 0 ? 'Not created: see what is said at the inputs.' : problem.message}</Alert>
        )}
        <button type="submit">Create</button>
      </form>
    </section>
  );
}
