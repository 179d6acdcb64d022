import { withTenantSlot } from '../../database/tenant-slots.js';
import { findApiKey, getDatabaseTime } from '../api-keys.js';
import { authorise } from '../request-context.js';
import type { ApiKeyContext } from './change-api-keys.js';
import type { ReadApiKey } from './create-express-api-key.js';

/**
 * One key of the caller's clinic, without its secret; null when there is none.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `keys:manage`.
 */
export async function expressApiKey(context: ApiKeyContext, apiKeyId: string): Promise<ReadApiKey | null> {
  const { clinicId } = authorise(context, 'keys:manage');
  const { manager } = context.dataSource;
  return withTenantSlot(manager, clinicId, 'short', async () => {
    const key = await findApiKey(manager, { clinicId, apiKeyId });
    return key && { key, now: await getDatabaseTime(manager) };
  });
}
