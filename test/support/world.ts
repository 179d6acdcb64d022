import { randomUUID } from 'node:crypto';
import pino from 'pino';
import type { DataSource } from 'typeorm';
import { openServiceDatabase } from '../../src/service-database.js';
import { SCOPES, type Actor, type Scope } from '../../src/identity/actor.js';
import type { RequestContext } from '../../src/identity/request-context.js';
import { DEFAULT_CONNECTIONS } from '../../src/database/connection/connection-settings.js';
import { markDistributed } from '../../src/database/distributed.js';
import { createTestDatabase, writesTableByTable, type Engine, type TestDatabase } from './engines.js';

/** A caller as a use case meets one: known, with the database at hand. */
export type Caller = RequestContext & { actor: Actor };

/** A migrated database for tests that call use cases directly. */
export interface World {
  dataSource: DataSource;
  /** A caller of a clinic of its own, or of a given one. */
  newCaller(options?: { scopes?: Scope[]; clinicId?: string; userId?: string }): Caller;
  /** Rows of a table that belong to a clinic, in no order. */
  count(table: string, clinicId: string): Promise<number>;
  /** Closes the database and keeps it. */
  stop(): Promise<void>;
  /** Closes the database and removes it. */
  close(): Promise<void>;
}

// On a busy machine much waits for longer than callers would; the tests of deadlines set their own.
const PATIENT = { ...DEFAULT_CONNECTIONS, connectTimeoutMs: 59_000, statementTimeoutMs: 59_000, lockTimeoutMs: 59_000 };

/** @param prepare changes the database before anything connects to it. */
export async function openWorld(engine: Engine, prepare?: (place: TestDatabase) => Promise<unknown>): Promise<World> {
  const place = await createTestDatabase(engine);
  await prepare?.(place);
  const database = await openServiceDatabase({ connections: PATIENT, ...place });
  const { dataSource } = database;
  if (writesTableByTable) markDistributed(dataSource);
  const log = pino({ level: 'silent' });
  return {
    dataSource,
    newCaller: ({ scopes = [...SCOPES], clinicId = randomUUID(), userId } = {}) => ({
      requestId: randomUUID(),
      dataSource,
      log,
      outcome: {},
      actor:
        userId === undefined
          ? { kind: 'api-key', clinicId, apiKeyId: randomUUID(), scopes }
          : { kind: 'user', clinicId, userId, scopes },
    }),
    count: async (table, clinicId) => {
      const [row] = await dataSource.query<{ count: string }[]>(`SELECT count(*) FROM ${table} WHERE clinic_id = $1`, [
        clinicId,
      ]);
      return Number(row!.count);
    },
    stop: () => database.close(),
    close: async () => {
      await database.close();
      await place.remove();
    },
  };
}

/** How many calls ended in which error code; OK for those that did not fail. */
export async function outcomes(calls: Promise<unknown>[]): Promise<Record<string, number>> {
  const tally: Record<string, number> = {};
  for (const result of await Promise.allSettled(calls)) {
    const code =
      result.status === 'fulfilled' ? 'OK' : ((result.reason as { code?: string }).code ?? String(result.reason));
    tally[code] = (tally[code] ?? 0) + 1;
  }
  return tally;
}

export const newUserId = (): string => `usr_${randomUUID().replaceAll('-', '')}`;
