import type { ExpressCustomerEntity } from '../../model/express-customer.entity.js';
import type { NewExpressCustomer } from '../customer-writes.js';

/** The customer that an earlier call created. */
export interface Replay {
  expressCustomerId: string;
  createdAt: Date;
}

/**
 * The answer of the call that created the customer, whatever has become of it since. The input of both calls is equal, so all
 * of that answer but the id and the time is part of the repeated call.
 */
export function buildReplay(
  clinicId: string,
  customer: NewExpressCustomer,
  { expressCustomerId, createdAt }: Replay,
): ExpressCustomerEntity {
  const asCreated = { isActive: true, userCount: 0, version: 1, createdAt, updatedAt: createdAt };
  return { clinicId, ...customer, expressCustomerId, ...asCreated };
}
