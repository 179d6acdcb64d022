import { useMutation, useQuery } from '@apollo/client/react';
import { useState, type FormEvent } from 'react';
import { AddUserDocument, CustomerUsersDocument, RemoveUserDocument } from '../operations/documents.js';
import { faultAt, problemOf, type Problem } from '../shared/problem.js';
import { ProblemAlert } from '../ui/Alert.js';
import { ConfirmDialog } from '../ui/ConfirmDialog.js';
import { TextField } from '../ui/fields.js';
import { Time } from '../ui/Time.js';
import { useNextPage } from '../ui/use-next-page.js';
import { useWorkspace } from '../workspace/workspace.js';
import type { Customer } from './customer.js';

const AFTER = { refetchQueries: ['CustomerUsers', 'CustomerHistory'] };

function AddUser({ id }: { id: string }) {
  const { announce } = useWorkspace();
  const [userId, setUserId] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const [add] = useMutation(AddUserDocument, AFTER);
  async function submit(event: FormEvent) {
    event.preventDefault();
    try {
      await add({ variables: { input: { expressCustomerId: id, userId: userId.trim() } } });
      setProblem(null);
      setUserId('');
      announce('User added.');
    } catch (error) {
      setProblem(problemOf(error));
    }
  }
  const fault = faultAt(problem, 'userId');
  return (
    <form onSubmit={(event) => void submit(event)} noValidate aria-label="Add a user">
      <TextField label="User id" value={userId} fault={fault} onChange={setUserId} hint="usr_ and 32 hex digits." />
      {problem && !fault && <ProblemAlert problem={problem} />}
      <button type="submit">Add the user</button>
    </form>
  );
}

function RemoveUser({ id, userId }: { id: string; userId: string }) {
  const { announce } = useWorkspace();
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [remove] = useMutation(RemoveUserDocument, AFTER);
  const confirm = () =>
    remove({ variables: { input: { expressCustomerId: id, userId } } }).then(
      () => announce('User removed.'),
      (error: unknown) => setProblem(problemOf(error)),
    );
  return (
    <>
      <button type="button" className="quiet" aria-label={`Remove ${userId}`} onClick={() => setAsking(true)}>
        Remove
      </button>
      {isAsking && (
        <ConfirmDialog
          title="Remove this user?"
          action="Remove"
          onConfirm={() => void confirm()}
          onClose={() => setAsking(false)}
        >
          <p>
            <code>{userId}</code> is no longer in this customer. The user itself is kept.
          </p>
        </ConfirmDialog>
      )}
      {problem && <ProblemAlert problem={problem} />}
    </>
  );
}

/** The users of a customer, in the order in which they were added, page by page. */
export function Users({ customer: { id, isActive, userCount } }: { customer: Customer }) {
  const { data, error, fetchMore } = useQuery(CustomerUsersDocument, {
    variables: { id, first: 20 },
    fetchPolicy: 'cache-and-network',
  });
  const users = data?.expressCustomer?.users;
  const next = useNextPage(users?.pageInfo, (after) => fetchMore({ variables: { after } }));
  const problem = error ? problemOf(error) : next.problem;
  return (
    <section className="card" aria-labelledby="users-heading">
      <h2 id="users-heading">Users ({userCount})</h2>
      {problem && <ProblemAlert problem={problem} />}
      <ul className="plain">
        {users?.edges.map(({ addedAt, node: { userId } }) => (
          <li key={userId} className="row">
            <span>
              <code>{userId}</code>
              <span className="muted">
                , added <Time at={addedAt} />
              </span>
            </span>
            <RemoveUser id={id} userId={userId} />
          </li>
        ))}
      </ul>
      {next.hasNext && (
        <button type="button" className="quiet" onClick={next.load}>
          Load more users
        </button>
      )}
      {isActive ? <AddUser id={id} /> : <p className="muted">A deactivated customer takes no new users.</p>}
    </section>
  );
}
