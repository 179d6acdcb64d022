import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { RotateKeyDocument, type KeyRowFragment } from '../operations/documents.js';
import { problemOf, type Problem } from '../shared/problem.js';
import { ProblemAlert } from '../ui/Alert.js';
import { ConfirmDialog } from '../ui/ConfirmDialog.js';
import { SelectField } from '../ui/fields.js';
import { toExpiresAt } from './expiry.js';
import { ExpiryFields, type ChosenExpiry } from './ExpiryFields.js';

const OVERLAPS = [
  ['86400', 'A day'],
  ['604800', 'A week'],
  ['3600', 'An hour'],
  ['60', 'A minute'],
] as const;

interface Choice extends ChosenExpiry {
  overlap: (typeof OVERLAPS)[number][0];
}

interface RotateKeyProps {
  apiKey: KeyRowFragment;
  onToken: (token: string) => void;
}

function useRotate({ apiKey: { apiKeyId }, onToken }: RotateKeyProps) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [rotate] = useMutation(RotateKeyDocument, { fetchPolicy: 'no-cache', refetchQueries: ['Keys'] });
  async function send({ overlap, expiry, date }: Choice) {
    const expiresAt = toExpiresAt(expiry, date, Date.now()) ?? null;
    try {
      const { data } = await rotate({ variables: { input: { apiKeyId, overlapSeconds: Number(overlap), expiresAt } } });
      setProblem(null);
      onToken(data!.rotateExpressApiKey.token);
    } catch (error) {
      setProblem(problemOf(error));
    }
  }
  return { send, problem };
}

/** Replaces a key by a new one; the old one works a while longer. */
export function RotateKey(props: RotateKeyProps) {
  const { apiKey } = props;
  const { send, problem } = useRotate(props);
  const [isAsking, setAsking] = useState(false);
  const [choice, setChoice] = useState<Choice>({
    overlap: '86400',
    expiry: apiKey.expiresAt ? '90' : 'never',
    date: '',
  });
  const change = (fields: Partial<Choice>) => setChoice((current) => ({ ...current, ...fields }));
  const isIncomplete = toExpiresAt(choice.expiry, choice.date, Date.now()) === undefined;
  return (
    <>
      <button
        type="button"
        className="quiet"
        aria-label={`Rotate ${apiKey.description}`}
        onClick={() => setAsking(true)}
      >
        Rotate
      </button>
      {isAsking && (
        <ConfirmDialog
          title="Replace this key by a new one?"
          action="Rotate"
          isDisabled={isIncomplete}
          onConfirm={() => void send(choice)}
          onClose={() => setAsking(false)}
        >
          <p>The new key may do the same, and is shown once.</p>
          {apiKey.isCallersKey && <p>This page uses the old key: sign in with the new one before that ends.</p>}
          <SelectField
            label="The old key works for another"
            value={choice.overlap}
            options={OVERLAPS}
            onChange={(overlap) => change({ overlap })}
          />
          <ExpiryFields {...choice} fault={isIncomplete ? 'Name the last day.' : undefined} onChange={change} />
        </ConfirmDialog>
      )}
      {problem && <ProblemAlert problem={problem} />}
    </>
  );
}
