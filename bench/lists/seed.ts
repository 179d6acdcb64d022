import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';

/** A clinic id that is the same in every run. */
export const clinicIdOf = (name: string): string =>
  createHash('sha256')
    .update(name)
    .digest('hex')
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5');

/** Names, regions, tiers and sources are skewed as those of a real clinic are; see the report for what is how common. */
const SEED = `
  INSERT INTO express_customers (clinic_id, express_customer_id, express_customer_name, name_search, is_active, metadata, created_by_api_key_id,
    created_at, updated_at)
  SELECT $1::uuid,
    'cus_' || lpad(to_hex(1767225600000 + n), 12, '0') || '7' || substr(md5($1::text || n), 1, 19),
    name, lower(name),
    n > $2::bigint * 0.3 AND n % 33 <> 0,
    jsonb_build_object(
      'region', (ARRAY['north', 'north', 'north', 'south', 'south', 'east', 'west'])[1 + h % 7],
      'externalId', 'ext-' || n,
      'tier', CASE WHEN n % 5000 = 0 THEN 'platinum' WHEN n % 50 = 0 THEN 'gold' ELSE 'standard' END,
      'source', CASE WHEN n <= $2::bigint / 5 THEN 'import' ELSE 'web' END),
    $1::uuid,
    now() - ($2::bigint - n) * interval '1 second', now() - ($2::bigint - n) * interval '1 second'
  FROM (
    SELECT n, h, initcap(substr(md5(n::text), 1, 5))
      || ' ' || (ARRAY['City','Saint Mary','North','Riverside','Sunset','Hill','Lake','Green','University','General'])[1 + h % 10]
      || ' ' || (ARRAY['Medical','Imaging','Radiology','Health','Women''s','Children''s','Sports'])[1 + h / 10 % 7]
      || ' ' || (ARRAY['Center','Center','Center','Department','Group','Clinic'])[1 + h / 70 % 6]
      || CASE WHEN n % 50000 = 7 THEN ' Xylophon' ELSE '' END AS name
    FROM (SELECT n, abs(hashint8(n)::bigint) AS h FROM generate_series(1, $2::bigint) AS n) AS numbered
  ) AS named`;

async function insert(dataSource: DataSource, clinicId: string, size: number): Promise<void> {
  await dataSource.query(SEED, [clinicId, size]);
  for (let n = 0; n < size / 200; n += 1) await dataSource.query(SEED, [clinicIdOf(`small ${n}`), 20]);
}

/** As `seed`, without the search index, which takes most of the time. */
export async function seedWithoutSearch(dataSource: DataSource, clinicId: string, size: number): Promise<void> {
  await dataSource.query('DROP INDEX express_customers_search');
  await insert(dataSource, clinicId, size);
  await dataSource.query('VACUUM ANALYZE express_customers');
}

/** One clinic of `size` customers among clinics of 20, which together have a tenth of that. */
export async function seed(dataSource: DataSource, clinicId: string, size: number): Promise<void> {
  // Built again from what the migration said, which takes a tenth of the time.
  const [{ indexdef }] = await dataSource.query(
    `SELECT indexdef FROM pg_indexes WHERE indexname = 'express_customers_search'`,
  );
  await seedWithoutSearch(dataSource, clinicId, size);
  await dataSource.query(indexdef);
  await dataSource.query('VACUUM ANALYZE express_customers');
}
