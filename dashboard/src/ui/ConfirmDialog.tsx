import { useEffect, useId, useRef, type ReactNode } from 'react';

interface ConfirmDialogProps {
  title: string;
  /** What the button says that goes on. */
  action: string;
  /** While something that is asked for is missing. */
  isDisabled?: boolean;
  children: ReactNode;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something happens. The browser keeps the focus inside, closes it with Escape and gives the focus back. */
export function ConfirmDialog({ title, action, isDisabled = false, children, onConfirm, onClose }: ConfirmDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => dialog.current!.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby={heading} onClose={onClose}>
      <h2 id={heading}>{title}</h2>
      {children}
      <div className="row start">
        <button
          type="button"
          disabled={isDisabled}
          onClick={() => {
            dialog.current!.close();
            onConfirm();
          }}
        >
          {action}
        </button>
        <button type="button" className="quiet" onClick={() => dialog.current!.close()}>
          Cancel
        </button>
      </div>
    </dialog>
  );
}
