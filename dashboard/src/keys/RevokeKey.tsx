import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { RevokeKeyDocument, type KeyRowFragment } from '../operations/documents.js';
import { problemOf, type Problem } from '../shared/problem.js';
import { ProblemAlert } from '../ui/Alert.js';
import { ConfirmDialog } from '../ui/ConfirmDialog.js';
import { useWorkspace } from '../workspace/workspace.js';

/** Refuses a key from now on, after a question. */
export function RevokeKey({ apiKey: { apiKeyId, description } }: { apiKey: KeyRowFragment }) {
  const { announce } = useWorkspace();
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [revoke] = useMutation(RevokeKeyDocument);
  async function confirm() {
    try {
      await revoke({ variables: { input: { apiKeyId } } });
      setProblem(null);
      announce('Revoked.');
    } catch (error) {
      setProblem(problemOf(error));
    }
  }
  return (
    <>
      <button type="button" className="quiet" aria-label={`Revoke ${description}`} onClick={() => setAsking(true)}>
        Revoke
      </button>
      {isAsking && (
        <ConfirmDialog
          title="Revoke this key?"
          action="Revoke"
          onConfirm={() => void confirm()}
          onClose={() => setAsking(false)}
        >
          <p>Whoever uses it is refused within seconds. A revoked key cannot be restored.</p>
        </ConfirmDialog>
      )}
      {problem && <ProblemAlert problem={problem} />}
    </>
  );
}
