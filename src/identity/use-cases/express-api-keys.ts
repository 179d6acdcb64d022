import { withTenantSlot } from '../../database/tenant-slots.js';
import type { Page, PageRequest } from '../../shared/page.js';
import type { ApiKeyEntity } from '../api-key.entity.js';
import { findApiKeysPage, getDatabaseTime } from '../api-keys.js';
import { authorise } from '../request-context.js';
import type { ApiKeyContext } from './change-api-keys.js';

export interface ApiKeysPage extends Page<ApiKeyEntity> {
  /** When it was read, by the database's clock. */
  now: Date;
}

/**
 * A page of the keys of the caller's clinic, newest first, without their secrets. Those that are expired or revoked are kept.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `keys:manage`, BAD_USER_INPUT for a cursor of another list.
 */
export async function expressApiKeys(context: ApiKeyContext, page: PageRequest): Promise<ApiKeysPage> {
  const { clinicId } = authorise(context, 'keys:manage');
  const { manager } = context.dataSource;
  return withTenantSlot(manager, clinicId, 'short', async () => ({
    ...(await findApiKeysPage(manager, clinicId, page)),
    now: await getDatabaseTime(manager),
  }));
}
