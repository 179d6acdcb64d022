import { OperatorError } from '../shared/operator-error.js';

/** The command was called wrongly, in a way that only shows while it runs. */
export class UsageError extends OperatorError {}
