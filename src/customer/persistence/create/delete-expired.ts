import type { DataSource } from 'typeorm';

const BATCH = 1_000;
const BEFORE_ALL_CLINICS = '00000000-0000-0000-0000-000000000000';

/** What is remembered of creates, and for how long. */
const MEMORIES = [
  { table: 'idempotency_keys', key: 'actor_id, operation, idempotency_key', keptFor: '24 hours' },
  { table: 'unkeyed_creates', key: 'actor_id, fingerprint, express_customer_id', keptFor: '10 minutes' },
];

type Memory = (typeof MEMORIES)[number];

// Rows that another instance is removing are skipped, not waited for.
const removal = ({ table, key, keptFor }: Memory): string => `
  DELETE FROM ${table} WHERE clinic_id = $1 AND (${key}) IN (
    SELECT ${key} FROM ${table}
    WHERE clinic_id = $1 AND created_at < clock_timestamp() - interval '${keptFor}'
    ORDER BY created_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`;

async function removeOfClinic(
  dataSource: DataSource,
  memory: Memory,
  clinicId: string,
  stopping?: AbortSignal,
): Promise<void> {
  while (!stopping?.aborted) {
    const [, count] = await dataSource.query<[unknown, number]>(removal(memory), [clinicId]);
    if (count < BATCH) return;
  }
}

async function removeOfAllClinics(dataSource: DataSource, memory: Memory, stopping?: AbortSignal): Promise<void> {
  const nextClinic = `SELECT clinic_id FROM ${memory.table} WHERE clinic_id > $1 ORDER BY clinic_id LIMIT 1`;
  let clinicId = BEFORE_ALL_CLINICS;
  while (!stopping?.aborted) {
    const [next] = await dataSource.query<{ clinic_id: string }[]>(nextClinic, [clinicId]);
    if (!next) return;
    clinicId = next.clinic_id;
    await removeOfClinic(dataSource, memory, clinicId, stopping);
  }
}

/**
 * Removes idempotency keys that were kept their 24 hours and unkeyed creates that were kept their 10 minutes, in small
 * statements of one clinic each, so that creates go on meanwhile. Any number of instances may do it at once. It ends after
 * the statement under way when `stopping` is aborted.
 */
export async function removeExpiredCreates(dataSource: DataSource, stopping?: AbortSignal): Promise<void> {
  for (const memory of MEMORIES) await removeOfAllClinics(dataSource, memory, stopping);
}
