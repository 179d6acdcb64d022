import { AppError } from '../../../shared/app-error.js';

/** The refusal of a document that exceeds a limit: says which, how much is allowed and how much was asked for. */
export const tooComplex = (what: string, limit: number, requested: number): AppError =>
  new AppError('QUERY_TOO_COMPLEX', `The document exceeds the limit of ${what}.`, { limit, requested });
