import { AppError } from '../../../shared/app-error.js';

/** The error of a document that exceeds a limit: which one, how much is allowed and how much was requested. */
export const tooComplex = (what: string, limit: number, requested: number): AppError =>
  new AppError('QUERY_TOO_COMPLEX', `The document exceeds the limit of ${what}.`, { limit, requested });
