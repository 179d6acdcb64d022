import { CombinedGraphQLErrors } from '@apollo/client';
import { useMutation, useQuery } from '@apollo/client/react';
import { useState, type FormEvent } from 'react';
import { CREATE, LIST } from './documents';

interface Extensions {
  fields?: { path: (string | number)[]; message: string }[];
}

/** What the service says about the name, or about the call as a whole. */
function explain(error: unknown): string {
  const first = CombinedGraphQLErrors.is(error) ? error.errors[0] : undefined;
  if (!first) return 'The service cannot be reached. Try again.';
  const { fields = [] } = (first.extensions ?? {}) as Extensions;
  return fields.find(({ path }) => path[0] === 'expressCustomerName')?.message ?? first.message;
}

function CreateForm() {
  // One key per draft: a double click or a retry sends it again and gets the same customer.
  const [draft, setDraft] = useState({ name: '', idempotencyKey: crypto.randomUUID() });
  const [fault, setFault] = useState('');
  const [create] = useMutation(CREATE, { refetchQueries: ['Customers'] });
  const type = (name: string) => setDraft({ name, idempotencyKey: crypto.randomUUID() });

  async function submit(event: FormEvent) {
    event.preventDefault();
    const { name: expressCustomerName, idempotencyKey } = draft;
    try {
      await create({ variables: { input: { expressCustomerName, idempotencyKey } } });
      setFault('');
      type('');
    } catch (error) {
      setFault(explain(error));
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <label htmlFor="name">Name</label>
      <input
        id="name"
        value={draft.name}
        aria-invalid={fault !== ''}
        aria-describedby="fault"
        onChange={(event) => type(event.target.value)}
      />
      <button type="submit">Create</button>
      <p id="fault" role="alert">
        {fault}
      </p>
    </form>
  );
}

export function App() {
  const { data, error } = useQuery(LIST);
  return (
    <main>
      <h1>Express customers</h1>
      <CreateForm />
      {error && <p role="alert">{explain(error)}</p>}
      <ul>
        {data?.expressCustomers.nodes.map(({ id, expressCustomerName }) => (
          <li key={id}>{expressCustomerName}</li>
        ))}
      </ul>
    </main>
  );
}
