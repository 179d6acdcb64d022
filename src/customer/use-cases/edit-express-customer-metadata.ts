import { authorise, type RequestContext } from '../../identity/request-context.js';
import { badUserInput } from '../../shared/app-error.js';
import { changeExpressCustomer } from './change-express-customer.js';
import type { EditExpressCustomerMetadataInput } from '../contract/edit-express-customer-metadata.input.js';
import { editMetadata } from '../model/edit-metadata.js';
import type { ExpressCustomerEntity } from '../model/express-customer.entity.js';
import * as rules from '../model/rules.js';

/**
 * Sets and unsets single metadata keys, atomically: concurrent edits of other keys all survive. The result may have at most 50
 * pairs. It may be repeated: unsetting an absent key and setting an equal value change nothing.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:write`, NOT_FOUND, VERSION_CONFLICT, BAD_USER_INPUT (TOO_MANY).
 */
export async function editExpressCustomerMetadata(
  context: RequestContext,
  input: EditExpressCustomerMetadataInput,
): Promise<ExpressCustomerEntity> {
  const actor = authorise(context, 'express:write');
  return changeExpressCustomer(context, actor, input, {
    type: 'express_customer.updated',
    next: (row) => {
      const metadata = editMetadata(row.metadata, input.set ?? {}, input.unset ?? []);
      const tooMany = rules.checkMetadataSize(metadata);
      if (tooMany.length > 0) throw badUserInput(tooMany.map((fieldError) => ({ ...fieldError, path: ['set'] })));
      return { metadata };
    },
  });
}
