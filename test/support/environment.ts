import { TestEnvironment } from 'jest-environment-node';

// A worker that has nothing left to do would give all its memory back piece by piece before it ends. On a busy machine that
// takes longer than the half second after which Jest ends it and reports a leak. What really is left open keeps the worker
// alive before this, and is still reported.
if (process.send) process.once('beforeExit', () => process.exit());

/** Node, in a worker that ends as soon as nothing is left to do. */
export default TestEnvironment;
