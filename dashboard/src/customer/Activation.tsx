import { useApolloClient, useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { DeactivateCustomerDocument, ReactivateCustomerDocument } from '../operations/documents.js';
import { problemOf, type Problem } from '../shared/problem.js';
import { ProblemAlert } from '../ui/Alert.js';
import { ConfirmDialog } from '../ui/ConfirmDialog.js';
import { useWorkspace } from '../workspace/workspace.js';
import type { Customer } from './customer.js';

const CHANGED = 'Somebody changed this customer meanwhile. You see it as it is now; decide again.';

/** Changes whether the customer that a person has seen is active; where it has changed since, the person decides again. */
function useToggle({ id, version, isActive }: Customer) {
  const client = useApolloClient();
  const { announce } = useWorkspace();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [send] = useMutation(isActive ? DeactivateCustomerDocument : ReactivateCustomerDocument, {
    refetchQueries: ['CustomerHistory'],
  });
  async function toggle() {
    setProblem(null);
    try {
      await send({ variables: { input: { expressCustomerId: id, expectedVersion: version } } });
      announce(isActive ? 'Deactivated.' : 'Reactivated.');
    } catch (error) {
      const refusal = problemOf(error);
      if (refusal.code !== 'VERSION_CONFLICT') return setProblem(refusal);
      setProblem({ ...refusal, message: CHANGED });
      await client.refetchQueries({ include: ['Customer', 'CustomerHistory'] });
    }
  }
  return { toggle, problem };
}

/** Deactivates or reactivates, after a question. */
export function Activation({ customer }: { customer: Customer }) {
  const { isActive } = customer;
  const { toggle, problem } = useToggle(customer);
  const [isAsking, setAsking] = useState(false);
  const action = isActive ? 'Deactivate' : 'Reactivate';
  return (
    <>
      <button type="button" className="quiet" onClick={() => setAsking(true)}>
        {action}
      </button>
      {isAsking && (
        <ConfirmDialog
          title={`${action} this customer?`}
          action={action}
          onConfirm={() => void toggle()}
          onClose={() => setAsking(false)}
        >
          <p>
            {isActive
              ? 'It takes no new users and studies until it is reactivated. All its data is kept.'
              : 'It takes new users and studies again.'}
          </p>
        </ConfirmDialog>
      )}
      {problem && <ProblemAlert problem={problem} />}
    </>
  );
}
