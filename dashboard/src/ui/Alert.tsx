import type { ReactNode } from 'react';
import type { Problem } from '../shared/problem.js';

/** Something that went wrong, read out immediately. */
export const Alert = ({ children }: { children: ReactNode }) => (
  <div role="alert" className="alert">
    {children}
  </div>
);

/** Why a call failed, in words, and how the service's log finds it. */
export const ProblemAlert = ({ problem, children }: { problem: Problem; children?: ReactNode }) => (
  <Alert>
    <p>{problem.message}</p>
    {problem.requestId && (
      <p className="muted">
        Request id: <code>{problem.requestId}</code>
      </p>
    )}
    {children}
  </Alert>
);
