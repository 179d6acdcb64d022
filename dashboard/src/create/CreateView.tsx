import { useMutation } from '@apollo/client/react';
import { useState, type FormEvent } from 'react';
import { useWorkspace } from '../workspace/workspace.js';
import { navigate } from '../shared/navigation.js';
import { pathOf } from '../shared/routes.js';
import { localProblem, problemOf, type Problem } from '../shared/problem.js';
import { findDoubledKeys, newPair, toMetadata } from '../shared/pairs.js';
import { CreateCustomerDocument } from '../operations/documents.js';
import { ProblemAlert } from '../ui/Alert.js';
import { CopyAs } from '../ui/CopyAs.js';
import { CustomerFields } from '../ui/CustomerFields.js';
import type { CustomerDraft } from '../shared/customer-draft.js';
import { Heading } from '../ui/Heading.js';
import { newKey } from '../shared/idempotency-key.js';

// One key for one draft: a double click or a retry sends it again and gets the same customer. Another draft is another
// customer, so each change of it brings another key.
const draftOf = (fields: CustomerDraft) => ({ ...fields, idempotencyKey: newKey() });
const emptyDraft = () => draftOf({ name: '', reference: '', pairs: [newPair()] });

const toInput = ({ name, reference, pairs, idempotencyKey }: ReturnType<typeof draftOf>) => ({
  expressCustomerName: name,
  ...(reference !== '' && { externalReferenceId: reference }),
  metadata: toMetadata(pairs),
  idempotencyKey,
});

function useCreate() {
  const { announce } = useWorkspace();
  const [draft, setDraft] = useState(emptyDraft);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [create, { loading }] = useMutation(CreateCustomerDocument);
  async function submit(event: FormEvent) {
    event.preventDefault();
    const doubled = findDoubledKeys(draft.pairs);
    if (doubled.length > 0) return setProblem(localProblem('A metadata key is there twice.', doubled));
    try {
      const { data } = await create({ variables: { input: toInput(draft) } });
      const { id, expressCustomerName } = data!.createExpressCustomer;
      announce(`Created: ${expressCustomerName}`);
      navigate(pathOf(id), { replace: true });
    } catch (error) {
      setProblem(problemOf(error));
    }
  }
  const change = (fields: Partial<CustomerDraft>) => setDraft((current) => draftOf({ ...current, ...fields }));
  return { draft, change, problem, loading, submit };
}

/** Creates a customer. The service checks the input; what it objects to stands at the fields. */
export function CreateView() {
  const { draft, change, problem, loading, submit } = useCreate();
  return (
    <section className="card narrow" aria-labelledby="heading">
      <Heading>New customer</Heading>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <CustomerFields draft={draft} problem={problem} onChange={change} />
        {problem && <ProblemAlert problem={problem} />}
        <button type="submit">{loading ? 'Creating' : 'Create'}</button>
      </form>
      <CopyAs names={['CreateCustomer']} />
    </section>
  );
}
