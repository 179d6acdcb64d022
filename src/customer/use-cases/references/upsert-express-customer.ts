import type { Actor } from '../../../identity/actor.js';
import { authorise, type RequestContext } from '../../../identity/request-context.js';
import { badUserInput } from '../../../shared/app-error.js';
import type { UpsertExpressCustomerInput } from '../../contract/upsert-express-customer.input.js';
import { changesBetween, type Changeable } from '../../model/changes.js';
import { editMetadata } from '../../model/edit-metadata.js';
import { expressCustomerNotFound, versionConflict } from '../../model/errors.js';
import type { ExpressCustomerEntity, Metadata } from '../../model/express-customer.entity.js';
import { inStoredOrder } from '../../model/metadata-order.js';
import * as rules from '../../model/rules.js';
import { upsertBatched, type Upserted } from '../../persistence/upsert/batched-upsert.js';
import type { Creation, Update } from '../../persistence/customer-writes.js';
import { buildCustomer } from '../create-express-customer.js';

const NAME_REQUIRED = {
  path: ['expressCustomerName'],
  code: 'REQUIRED',
  message: 'No customer has this reference yet, and a new one needs a name.',
} as const;

function computeMetadata(before: Metadata, input: UpsertExpressCustomerInput): Metadata {
  const { metadata, setMetadata, unsetMetadata } = input;
  if (metadata !== undefined) return metadata ?? {};
  const edited = editMetadata(before, setMetadata ?? {}, unsetMetadata ?? []);
  const tooMany = rules.checkMetadataSize(edited);
  if (tooMany.length > 0) throw badUserInput(tooMany.map((error) => ({ ...error, path: ['setMetadata'] })));
  return edited;
}

function planCreation(actor: Actor, input: UpsertExpressCustomerInput): Creation {
  const { externalReferenceId, expressCustomerName, expectedVersion } = input;
  if (typeof expectedVersion === 'number') throw expressCustomerNotFound();
  if (expressCustomerName === undefined) throw badUserInput([{ ...NAME_REQUIRED, path: [...NAME_REQUIRED.path] }]);
  const metadata = computeMetadata({}, input);
  return { kind: 'create', customer: buildCustomer(actor, { externalReferenceId, expressCustomerName, metadata }) };
}

function planUpdate(actor: Actor, input: UpsertExpressCustomerInput, row: ExpressCustomerEntity): Update | null {
  const { expectedVersion, expressCustomerName = row.expressCustomerName, reactivate } = input;
  if (typeof expectedVersion === 'number' && expectedVersion !== row.version) throw versionConflict(row.version);
  const next: Changeable = {
    expressCustomerName,
    externalReferenceId: row.externalReferenceId,
    isActive: row.isActive || reactivate === true,
    metadata: inStoredOrder(computeMetadata(row.metadata, input)),
  };
  const changes = changesBetween(row, next);
  if (changes.length === 0) return null;
  const type = next.isActive === row.isActive ? 'express_customer.updated' : 'express_customer.reactivated';
  return { kind: 'update', row, next, type, changes, actor };
}

/**
 * Creates the customer that has an externalReferenceId, or changes the given fields of the one that there is. Atomic with its audit
 * event, and repeatable for ever without an idempotency key: however many calls with one reference run at the same time, one
 * customer is created, and a call that finds everything as it asks for writes nothing. A deactivated customer is changed and stays
 * deactivated unless `reactivate` is true; one event then lists all changes. `setMetadata` and `unsetMetadata` merge with what is
 * there.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:write`, BAD_USER_INPUT without a name for a new customer or with more
 * than 50 pairs in all, VERSION_CONFLICT, NOT_FOUND when `expectedVersion` is given and no customer has the reference,
 * SERVICE_UNAVAILABLE when the caller has hung up.
 */
export async function upsertExpressCustomer(
  context: RequestContext,
  input: UpsertExpressCustomerInput,
): Promise<Upserted> {
  const actor = authorise(context, 'express:write');
  const { dataSource, signal } = context;
  const decide = (row: ExpressCustomerEntity | null) =>
    row ? planUpdate(actor, input, row) : planCreation(actor, input);
  const { externalReferenceId } = input;
  return upsertBatched(dataSource, actor.clinicId, { externalReferenceId, decide }, signal);
}
