import { OperatorError } from '../shared/operator-error.js';

/** What an operator asked for cannot be done; the message says why and what to do instead. */
export class IdentityError extends OperatorError {}
