import type { DataSource } from 'typeorm';
import { IDEMPOTENCY_KEY_LIFETIME } from './idempotent-create.js';
import { TRY_LIFETIME } from './retried-create.js';

const BATCH_SIZE = 1_000;
const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** What is remembered of creates, and for how long. */
const RETENTION = [
  { table: 'idempotency_keys', key: 'actor_id, operation, idempotency_key', lifetime: IDEMPOTENCY_KEY_LIFETIME },
  { table: 'unkeyed_creates', key: 'actor_id, fingerprint, express_customer_id', lifetime: TRY_LIFETIME },
];

type Retained = (typeof RETENTION)[number];

// Rows that another instance is deleting are skipped, not waited for.
const buildDelete = ({ table, key, lifetime }: Retained): string => `
  DELETE FROM ${table} WHERE clinic_id = $1 AND (${key}) IN (
    SELECT ${key} FROM ${table}
    WHERE clinic_id = $1 AND created_at < statement_timestamp() - interval '${lifetime}'
    ORDER BY created_at LIMIT ${BATCH_SIZE} FOR UPDATE SKIP LOCKED)`;

async function deleteInClinic(
  dataSource: DataSource,
  retained: Retained,
  clinicId: string,
  stopping?: AbortSignal,
): Promise<void> {
  while (!stopping?.aborted) {
    const [, count] = await dataSource.query<[unknown, number]>(buildDelete(retained), [clinicId]);
    if (count < BATCH_SIZE) return;
  }
}

async function deleteInAllClinics(dataSource: DataSource, retained: Retained, stopping?: AbortSignal): Promise<void> {
  const nextClinic = `SELECT clinic_id FROM ${retained.table} WHERE clinic_id > $1 ORDER BY clinic_id LIMIT 1`;
  let clinicId = NIL_UUID;
  while (!stopping?.aborted) {
    const [next] = await dataSource.query<{ clinic_id: string }[]>(nextClinic, [clinicId]);
    if (!next) return;
    clinicId = next.clinic_id;
    await deleteInClinic(dataSource, retained, clinicId, stopping);
  }
}

/**
 * Deletes idempotency keys older than 24 hours and tries older than 10 minutes, never a customer; in small statements of one
 * clinic each, so that creates go on meanwhile. Any number of instances may do it simultaneously. It ends after the current
 * statement when `stopping` is aborted.
 */
export async function deleteExpiredIdempotencyRecords(dataSource: DataSource, stopping?: AbortSignal): Promise<void> {
  for (const retained of RETENTION) await deleteInAllClinics(dataSource, retained, stopping);
}
