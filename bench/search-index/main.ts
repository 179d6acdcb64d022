import 'reflect-metadata';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { openServiceDatabase } from '../../src/service-database.js';
import { migrate } from '../../src/database/migrate.js';
import { startPostgresServer } from '../../test/support/servers/postgres-server.js';
import { benchmark } from '../arguments.js';

const ABOUT =
  'Compares the search index, which begins with the clinic, with indexes that need no btree_gin: what EXPLAIN says that a search by ' +
  'them reads, in a large clinic and in a small one among many. Two minutes. Writes bench/results/search-index.md.';

benchmark('bench:search-index', ABOUT).parse();

const LARGE = '00000000-0000-4000-8000-000000000000';
const SMALL = '00000000-0000-4000-8000-000000000001';
const OTHERS = 200;

const SEED = `
  INSERT INTO express_customers (clinic_id, express_customer_id, express_customer_name, name_search, metadata, created_by_api_key_id)
  SELECT $1::uuid, 'cus_' || md5($1::text || n), name, lower(name),
    jsonb_build_object('region', (ARRAY['north', 'south', 'east', 'west'])[1 + n % 4], 'tier', CASE WHEN n % 500 = 0 THEN 'platinum' ELSE 'standard' END,
      'externalId', md5(n::text)), $1::uuid
  FROM (SELECT n, substr(md5($1::text || n), 1, 6) || ' ' || (ARRAY['City', 'Lake', 'Sports', 'General', 'North'])[1 + n % 5]
    || ' ' || (ARRAY['Radiology', 'Imaging', 'Clinic'])[1 + n % 3] AS name FROM generate_series(1, $2::integer) AS n) AS rows`;

/** The indexes that are compared. */
const VARIANTS: Record<string, string[]> = {
  'clinic, name, metadata (btree_gin)': [
    'gin (clinic_id, name_search gin_trgm_ops, metadata jsonb_path_ops) WITH (fastupdate = on, gin_pending_list_limit = 1024)',
  ],
  'name; metadata (no btree_gin)': ['gin (name_search gin_trgm_ops)', 'gin (metadata jsonb_path_ops)'],
};

const SEARCHES: Record<string, string> = {
  'name "a1b2", rare': `name_search LIKE '%a1b2%'`,
  'name "sports clinic", 1 in 15': `name_search LIKE '%sports clinic%'`,
  'tier platinum, 1 in 500': `metadata @> '{"tier": "platinum"}'`,
  'name "lake" and tier platinum': `name_search LIKE '%lake%' AND metadata @> '{"tier": "platinum"}'`,
};

interface Cost {
  milliseconds: number;
  pages: number;
}

const ROUNDS = 5;

async function measure(dataSource: DataSource, clinicId: string, condition: string): Promise<Cost> {
  const sql = `
    EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM express_customers
    WHERE clinic_id = $1 AND ${condition} ORDER BY (express_customer_id || '') LIMIT 21`;
  const costs: Cost[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [{ 'QUERY PLAN': plans }] = await dataSource.query(sql, [clinicId]);
    const { Plan: plan, 'Execution Time': milliseconds } = plans[0];
    costs.push({ milliseconds, pages: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'] });
  }
  return costs.sort((one, other) => one.milliseconds - other.milliseconds)[Math.floor(ROUNDS / 2)]!;
}

async function seed(dataSource: DataSource): Promise<void> {
  await dataSource.query('DROP INDEX express_customers_search');
  await dataSource.query(SEED, [LARGE, 100_000]);
  for (let clinic = 1; clinic <= OTHERS; clinic += 1)
    await dataSource.query(SEED, [`00000000-0000-4000-8000-${String(clinic).padStart(12, '0')}`, 1_000]);
}

async function measureVariant(dataSource: DataSource, name: string, indexes: string[]): Promise<string[]> {
  for (const [n, index] of indexes.entries())
    await dataSource.query(`CREATE INDEX search_${n} ON express_customers USING ${index}`);
  await dataSource.query('VACUUM ANALYZE express_customers');
  const lines: string[] = [];
  for (const [search, condition] of Object.entries(SEARCHES))
    for (const [clinic, clinicId] of [
      ['100,000', LARGE],
      ['1,000', SMALL],
    ] as const) {
      const { milliseconds, pages } = await measure(dataSource, clinicId, condition);
      lines.push(`| ${[search, clinic, name, milliseconds.toFixed(2), pages].join(' | ')} |`);
    }
  for (const n of indexes.keys()) await dataSource.query(`DROP INDEX search_${n}`);
  return lines;
}

async function main(): Promise<void> {
  // Without the limits of time of the service: an index of a million rows takes longer than a request may.
  const settings = { shared_buffers: '1GB', max_wal_size: '4GB', maintenance_work_mem: '512MB' };
  const server = await startPostgresServer({ settings });
  try {
    const database = await openServiceDatabase({ databaseUrl: server.url('postgres'), dataDir: '' });
    await migrate(database.dataSource);
    await database.close();
    const unlimited = new DataSource({ type: 'postgres', url: server.url('postgres') });
    await unlimited.initialize();
    await seed(unlimited);
    const lines: string[] = [];
    for (const [name, indexes] of Object.entries(VARIANTS))
      lines.push(...(await measureVariant(unlimited, name, indexes)));
    await unlimited.destroy();
    await mkdir(join('bench', 'results'), { recursive: true });
    await writeFile(join('bench', 'results', 'search-index.md'), reportOf(lines.sort()));
  } finally {
    await server.remove();
  }
}

const reportOf = (lines: string[]): string => `# Search indexes with and without the clinic

Made by \`npm run bench:search-index\` on ${new Date().toISOString().slice(0, 10)}, Node ${process.version}, PostgreSQL 18: one clinic of 100,000
customers and 200 of 1,000. The median of five times, as EXPLAIN reports it, and the pages of 8 kB that were read.

| search | customers of the clinic | indexes | ms | 8 kB pages |
| --- | --- | --- | --- | --- |
${lines.join('\n')}
`;

void main();
