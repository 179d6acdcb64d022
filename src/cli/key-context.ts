import { randomUUID } from 'node:crypto';
import pino from 'pino';
import type { Database } from '../database/database.js';
import { getKeyState } from '../identity/api-key.entity.js';
import { getDatabaseTime, findApiKeys } from '../identity/api-keys.js';
import { requireClinic } from '../identity/clinics.js';
import { IdentityError } from '../identity/identity-error.js';
import type { RequestContext } from '../identity/request-context.js';

/**
 * A context that calls use cases as an API key: with its scopes, in its clinic, and recorded as the actor.
 * @throws IdentityError when the clinic has no such key, or the key is expired or revoked.
 */
export async function requireKeyContext(
  { dataSource }: Database,
  name: { clinic: string; key: string },
): Promise<RequestContext> {
  await requireClinic(dataSource.manager, name.clinic);
  const keys = await findApiKeys(dataSource.manager, name.clinic);
  const key = keys.find(({ apiKeyId }) => apiKeyId === name.key);
  if (!key) throw new IdentityError('The clinic has no such key: "keys list" lists its keys.');
  const state = getKeyState(key, await getDatabaseTime(dataSource.manager));
  if (state !== 'active') throw new IdentityError(`The key is ${state}: "keys list" lists the others.`);
  const actor = { kind: 'api-key' as const, clinicId: name.clinic, apiKeyId: name.key, scopes: key.scopes };
  return { requestId: randomUUID(), actor, dataSource, log: pino({ level: 'silent' }), outcome: {} };
}
