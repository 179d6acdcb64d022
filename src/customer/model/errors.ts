import { AppError } from '../../shared/app-error.js';

/** No such customer in the caller's clinic: unknown, malformed and another clinic's ids answer alike. */
export const expressCustomerNotFound = (): AppError =>
  new AppError('NOT_FOUND', 'There is no such Express customer in your clinic.');

/** A user was to be added to a deactivated customer. Not thrown for one who is in it already. */
export const expressCustomerInactive = (): AppError =>
  new AppError('EXPRESS_CUSTOMER_INACTIVE', 'The customer is deactivated; reactivate it before adding users.');

/** `expectedVersion` is not the current one: somebody changed the customer since it was read. */
export const versionConflict = (currentVersion: number): AppError =>
  new AppError('VERSION_CONFLICT', 'The customer has changed since you read it; read it again and repeat the change.', {
    currentVersion,
  });

/**
 * Another customer of the clinic has the reference.
 * @param holderId that customer, for callers who may read it.
 */
export const externalReferenceTaken = (holderId?: string): AppError =>
  new AppError(
    'EXTERNAL_REFERENCE_TAKEN',
    'Another customer of your clinic has this externalReferenceId; change that customer, or choose another reference.',
    holderId === undefined ? {} : { expressCustomerId: holderId },
  );
