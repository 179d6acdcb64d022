import type { DataSource } from 'typeorm';

const BATCH = 1_000;

const NEXT_CLINIC = `
  SELECT clinic_id FROM idempotency_keys WHERE clinic_id > $1 ORDER BY clinic_id LIMIT 1`;

// Rows that another instance is removing are skipped, not waited for.
const REMOVE = `
  DELETE FROM idempotency_keys WHERE clinic_id = $1 AND (actor_id, operation, idempotency_key) IN (
    SELECT actor_id, operation, idempotency_key FROM idempotency_keys
    WHERE clinic_id = $1 AND created_at < clock_timestamp() - interval '24 hours'
    ORDER BY created_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`;

const BEFORE_ALL_CLINICS = '00000000-0000-0000-0000-000000000000';

async function removeOfClinic(dataSource: DataSource, clinicId: string): Promise<number> {
  let removed = 0;
  for (;;) {
    const [, count] = await dataSource.query<[unknown, number]>(REMOVE, [clinicId]);
    removed += count;
    if (count < BATCH) return removed;
  }
}

/**
 * Removes idempotency keys that have been kept their 24 hours, in small statements of one clinic each, so that creates go
 * on meanwhile. Any number of instances may do it at once. @returns how many went.
 */
export async function removeExpiredIdempotencyKeys(dataSource: DataSource): Promise<number> {
  let removed = 0;
  let clinicId = BEFORE_ALL_CLINICS;
  for (;;) {
    const [next] = await dataSource.query<{ clinic_id: string }[]>(NEXT_CLINIC, [clinicId]);
    if (!next) return removed;
    clinicId = next.clinic_id;
    removed += await removeOfClinic(dataSource, clinicId);
  }
}
