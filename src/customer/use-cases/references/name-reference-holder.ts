import { violatedIndex } from '../../../database/connection/postgres-errors.js';
import type { Actor } from '../../../identity/actor.js';
import type { RequestContext } from '../../../identity/request-context.js';
import { AppError } from '../../../shared/app-error.js';
import { externalReferenceTaken } from '../../model/errors.js';
import { ExpressCustomerRepository } from '../../persistence/express-customer.repository.js';

// The indexes of partitions are named after the column, as the index itself is.
const isTaken = (error: unknown): boolean =>
  error instanceof AppError
    ? error.code === 'EXTERNAL_REFERENCE_TAKEN'
    : violatedIndex(error)?.includes('external_reference') === true;

/**
 * Runs work that gives a customer a reference. Where the reference is taken, the error names the customer that has it, if the
 * actor may read it.
 * @throws AppError EXTERNAL_REFERENCE_TAKEN, and what the work throws.
 */
export async function nameReferenceHolder<T>(
  { dataSource }: Pick<RequestContext, 'dataSource'>,
  actor: Actor,
  externalReferenceId: string | null | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (typeof externalReferenceId !== 'string' || !isTaken(error)) throw error;
    if (!actor.scopes.includes('express:read')) throw externalReferenceTaken();
    const customers = new ExpressCustomerRepository(dataSource.manager, actor.clinicId);
    const holder = await customers.findByReference(externalReferenceId);
    throw externalReferenceTaken(holder?.expressCustomerId);
  }
}
