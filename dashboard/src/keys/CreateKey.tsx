import { useMutation } from '@apollo/client/react';
import { useState, type FormEvent } from 'react';
import { CreateKeyDocument } from '../operations/documents.js';
import { newKey } from '../shared/idempotency-key.js';
import { faultAt, localProblem, problemOf, type Problem } from '../shared/problem.js';
import { ProblemAlert } from '../ui/Alert.js';
import { TextField } from '../ui/fields.js';
import { toExpiresAt } from './expiry.js';
import { ExpiryFields, type ChosenExpiry } from './ExpiryFields.js';
import { SCOPES } from './scopes.js';

interface Fields extends ChosenExpiry {
  description: string;
  scopes: readonly string[];
}

// A click that is repeated, or whose answer is lost, creates no second key; each change of the draft is another key.
const draftOf = (fields: Fields) => ({ ...fields, idempotencyKey: newKey() });
const emptyDraft = () => draftOf({ description: '', scopes: ['express:read'], expiry: '90', date: '' });

const NO_DAY = 'Name the last day.';
const LOST =
  'This key was created by an earlier click, whose answer was lost with its token. Rotate the key in the list to get another.';

function useCreate(onToken: (token: string) => void) {
  const [draft, setDraft] = useState(emptyDraft);
  const [problem, setProblem] = useState<Problem | null>(null);
  // The token is in no cache.
  const [create, { loading }] = useMutation(CreateKeyDocument, { fetchPolicy: 'no-cache', refetchQueries: ['Keys'] });
  async function submit(event: FormEvent) {
    event.preventDefault();
    const { expiry, date, ...input } = draft;
    const expiresAt = toExpiresAt(expiry, date, Date.now());
    if (expiresAt === undefined)
      return setProblem(localProblem(NO_DAY, [{ path: ['expiresAt'], code: 'REQUIRED', message: NO_DAY }]));
    try {
      const { data } = await create({ variables: { input: { ...input, scopes: [...input.scopes], expiresAt } } });
      const made = data!.createExpressApiKey;
      setProblem(made.token ? null : localProblem(LOST, []));
      if (made.token) onToken(made.token);
      setDraft(emptyDraft());
    } catch (error) {
      setProblem(problemOf(error));
    }
  }
  const change = (fields: Partial<Fields>) => setDraft((current) => draftOf({ ...current, ...fields }));
  return { draft, change, problem, loading, submit };
}

interface ScopeFieldsProps {
  scopes: readonly string[];
  fault: string | undefined;
  onChange: (scopes: readonly string[]) => void;
}

const ScopeFields = ({ scopes, fault, onChange }: ScopeFieldsProps) => (
  <fieldset>
    <legend>It may</legend>
    {fault && <p className="fault">{fault}</p>}
    {SCOPES.map(([scope, text]) => (
      <label key={scope} className="choice">
        <input
          type="checkbox"
          checked={scopes.includes(scope)}
          onChange={({ target }) =>
            onChange(target.checked ? [...scopes, scope] : scopes.filter((other) => other !== scope))
          }
        />
        {text} <code>{scope}</code>
      </label>
    ))}
  </fieldset>
);

/** Creates a key. */
export function CreateKey({ onToken }: { onToken: (token: string) => void }) {
  const { draft, change, problem, loading, submit } = useCreate(onToken);
  return (
    <section className="card" aria-labelledby="create-key-heading">
      <h2 id="create-key-heading">New key</h2>
      <form onSubmit={(event) => void submit(event)} noValidate aria-labelledby="create-key-heading">
        <TextField
          label="What it is for"
          value={draft.description}
          fault={faultAt(problem, 'description')}
          onChange={(description) => change({ description })}
        />
        <ScopeFields
          scopes={draft.scopes}
          fault={faultAt(problem, 'scopes')}
          onChange={(scopes) => change({ scopes })}
        />
        <ExpiryFields {...draft} fault={faultAt(problem, 'expiresAt')} onChange={change} />
        {problem && <ProblemAlert problem={problem} />}
        <button type="submit">{loading ? 'Creating' : 'Create the key'}</button>
      </form>
    </section>
  );
}
