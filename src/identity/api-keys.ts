import type { EntityManager } from 'typeorm';
import { cursorScope, decodeCursor, encodeCursor, invalidCursor, requireInstant } from '../shared/cursor.js';
import { cutPage, type Page, type PageRequest } from '../shared/page.js';
import { isUuid } from '../shared/uuid.js';
import { apiKeyNotFound } from './api-key-errors.js';
import { ApiKeyEntity } from './api-key.entity.js';

/** A key's whole primary key. */
export interface ApiKeyReference {
  clinicId: string;
  apiKeyId: string;
}

/** The database's clock: the one by which keys expire. */
export async function getDatabaseTime(manager: EntityManager): Promise<Date> {
  const [{ now }] = await manager.query<[{ now: Date }]>('SELECT clock_timestamp() AS now');
  return now;
}

/** A clinic's key, if there is one with that id, whatever text the id is. */
export const findApiKey = async (
  manager: EntityManager,
  { clinicId, apiKeyId }: ApiKeyReference,
): Promise<ApiKeyEntity | null> =>
  isUuid(apiKeyId) ? manager.findOne(ApiKeyEntity, { where: { clinicId, apiKeyId } }) : null;

/** A clinic's key, whose row stays locked until the transaction ends. @throws AppError NOT_FOUND. */
export async function getLockedApiKey(
  manager: EntityManager,
  { clinicId, apiKeyId }: ApiKeyReference,
): Promise<ApiKeyEntity> {
  if (!isUuid(apiKeyId)) throw apiKeyNotFound();
  const lock = { mode: 'pessimistic_write' } as const;
  const key = await manager.findOne(ApiKeyEntity, { where: { clinicId, apiKeyId }, lock });
  if (!key) throw apiKeyNotFound();
  return key;
}

/** A clinic's keys, oldest first. */
export const findApiKeys = (manager: EntityManager, clinicId: string): Promise<ApiKeyEntity[]> =>
  manager.find(ApiKeyEntity, { where: { clinicId }, order: { createdAt: 'ASC', apiKeyId: 'ASC' } });

function requireUuid(key: string): string {
  if (!isUuid(key)) throw invalidCursor();
  return key;
}

/** A page of a clinic's keys, newest first. @throws AppError BAD_USER_INPUT when `after` is not a cursor of this list. */
export async function findApiKeysPage(
  manager: EntityManager,
  clinicId: string,
  { first, after }: PageRequest,
): Promise<Page<ApiKeyEntity>> {
  const scope = cursorScope(clinicId, 'apiKeys');
  const query = manager
    .createQueryBuilder(ApiKeyEntity, 'key')
    .where('key.clinicId = :clinicId', { clinicId })
    .orderBy('key.createdAt', 'DESC')
    .addOrderBy('key.apiKeyId', 'DESC')
    .limit(first + 1);
  if (typeof after === 'string') {
    const [createdAt, apiKeyId] = decodeCursor(scope, after, 2) as [string, string];
    const keys = { createdAt: requireInstant(createdAt), apiKeyId: requireUuid(apiKeyId) };
    query.andWhere('(key.createdAt, key.apiKeyId) < (:createdAt, :apiKeyId)', keys);
  }
  const cursorOf = (key: ApiKeyEntity) => encodeCursor(scope, [key.createdAt.toISOString(), key.apiKeyId]);
  return cutPage(await query.getMany(), first, after, cursorOf);
}
