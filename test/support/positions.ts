import type { DataSource } from 'typeorm';

/** The positions of a clinic's events, in order; null for each event without one. */
export async function positionsOf(dataSource: DataSource, clinicId: string): Promise<(number | null)[]> {
  const rows = await dataSource.query<{ position: string | null }[]>(
    'SELECT position FROM express_customer_events WHERE clinic_id = $1 ORDER BY position',
    [clinicId],
  );
  return rows.map(({ position }) => (position === null ? null : Number(position)));
}

/** 1, 2, 3, ... up to the count. */
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1);
