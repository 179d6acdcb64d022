import { OperatorError } from '../../shared/operator-error.js';

/** The server or pooler at DATABASE_URL lacks something that the code relies on. */
export class UnsupportedPostgresError extends OperatorError {}
