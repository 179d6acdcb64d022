import { useMutation } from '@apollo/client/react';
import { useState, type FormEvent } from 'react';
import { Conflict } from './Conflict';
import { EDIT_METADATA } from './documents';
import { Alert, PairFields } from './fields';
import { applied, doubledKeys, edit, toMetadata, toPairs, type Read } from './pairs';
import { problemOf, type Problem } from './problem';

/** Edits the metadata on top of the version that was read; when somebody was faster, a person decides. */
export function MetadataForm({ customer, reload }: { customer: Read; reload: () => Promise<Read | null> }) {
  // Kept apart from the cache: the customer may change there while somebody types.
  const [base, setBase] = useState(customer);
  const [pairs, setPairs] = useState(() => toPairs(customer.metadata));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [stored, setStored] = useState<Read | null>(null);
  const [isSaved, setSaved] = useState(false);
  const [send] = useMutation(EDIT_METADATA);

  function start(from: Read) {
    setBase(from);
    setPairs(toPairs(from.metadata));
    setStored(null);
    setProblem(null);
  }

  const mine = () => edit(base.metadata, toMetadata(pairs));

  async function save(expectedVersion: number) {
    setSaved(false);
    const doubled = doubledKeys(pairs, 'set');
    if (doubled.length > 0)
      return setProblem({ code: 'BAD_USER_INPUT', message: 'A key is there twice.', fields: doubled });
    try {
      const input = { expressCustomerId: base.id, ...mine(), expectedVersion };
      const { data } = await send({ variables: { input } });
      start(data!.editExpressCustomerMetadata);
      setSaved(true);
    } catch (error) {
      const refusal = problemOf(error);
      if (refusal.code === 'VERSION_CONFLICT') setStored(await reload());
      setProblem(refusal);
    }
  }

  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void save(base.version);
      }}
      noValidate
    >
      <PairFields pairs={pairs} path="set" problem={problem} onChange={setPairs} />
      {stored ? (
        <Conflict
          stored={stored}
          result={applied(stored.metadata, mine())}
          onSaveOnTop={() => void save(stored.version)}
          onTakeStored={() => start(stored)}
        />
      ) : (
        problem && <Alert>{problem.message}</Alert>
      )}
      <p role="status">{isSaved ? 'Metadata saved.' : ''}</p>
      {!stored && <button type="submit">Save metadata</button>}
    </form>
  );
}
