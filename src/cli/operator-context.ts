import { randomUUID } from 'node:crypto';
import pino from 'pino';
import type { Database } from '../database/database.js';
import { SCOPES } from '../identity/actor.js';
import type { ApiKeyContext } from '../identity/use-cases/change-api-keys.js';

/** A context that calls the use cases of keys as an operator, who may grant every scope in any clinic. */
export const buildOperatorContext = (
  { dataSource }: Pick<Database, 'dataSource'>,
  clinicId: string,
): ApiKeyContext => ({
  requestId: randomUUID(),
  actor: { kind: 'operator', clinicId, scopes: SCOPES },
  dataSource,
  log: pino({ level: 'silent' }),
  outcome: {},
});
