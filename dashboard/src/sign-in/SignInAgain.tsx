import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { Renewal, Session } from '../session/session.js';
import { Alert } from '../ui/Alert.js';

interface Props {
  session: Session;
  renewal: Renewal;
}

const Choices = ({ session, renewal }: Props) => (
  <p>
    <button type="button" onClick={() => void renewal.signInAgain()}>
      Sign in again
    </button>{' '}
    <button type="button" className="quiet" onClick={() => void session.signOut()}>
      Sign out
    </button>
  </p>
);

function Ended({ fault, ...props }: Props & { fault: string | null }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  return (
    // Without it the page's calls would wait for ever: Escape does not close it, and where the browser insists, it opens again.
    <dialog
      ref={dialog}
      aria-labelledby="sign-in-again"
      onCancel={(event) => event.preventDefault()}
      onClose={() => dialog.current?.showModal()}
    >
      <h2 id="sign-in-again">Your sign-in has ended</h2>
      <p>What you have typed is kept. Sign in again, in a small window, and the page goes on.</p>
      {fault && <Alert>{fault}</Alert>}
      <Choices {...props} />
    </dialog>
  );
}

/** Asks a person whose sign-in ends to sign in again; the view below stays as it is. */
export function SignInAgain(props: Props) {
  const { status } = props.renewal;
  const { state, fault } = useSyncExternalStore(status.subscribe, status.get);
  if (state === 'ended') return <Ended {...props} fault={fault} />;
  return (
    <div role="status">
      {state === 'ending' && (
        <div className="banner">
          <p>Your sign-in ends in less than a minute.</p>
          {fault && <Alert>{fault}</Alert>}
          <Choices {...props} />
        </div>
      )}
    </div>
  );
}
