import { useEffect, useId, useRef } from 'react';
import { CopyButton } from '../ui/CopyAs.js';

interface ShownOnceProps {
  token: string;
  onClose: () => void;
}

/** The token of a new key, which cannot be shown a second time: it stays until the person says that it is stored. */
export function ShownOnce({ token, onClose }: ShownOnceProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => dialog.current!.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onCancel={(event) => event.preventDefault()}
      onClose={() => dialog.current?.showModal()}
    >
      <h2 id={heading}>Store the new key now</h2>
      <p>It is shown this once. The service keeps a hash of it alone, and nobody can read the key again.</p>
      <pre tabIndex={0} aria-label="The new key" className="wrapped">
        {token}
      </pre>
      <div className="row start">
        <CopyButton text={token} label="Copy the key" />
        <button type="button" onClick={onClose}>
          I have stored it
        </button>
      </div>
    </dialog>
  );
}
