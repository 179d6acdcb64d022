import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { DataSource, QueryRunner } from 'typeorm';
import { newExpressCustomerId } from '../../src/customer/model/express-customer-id.js';
import { clinicIdOf } from './seed.js';

const INSERT = `
  INSERT INTO express_customers (clinic_id, express_customer_id, express_customer_name, name_search, metadata, created_by_api_key_id)
  SELECT $1::uuid, r.id, r.name, lower(r.name), r.metadata, $1::uuid
  FROM jsonb_to_recordset($2::jsonb) AS r (id text, name text, metadata jsonb)`;

const WORDS = ['City', 'Riverside', 'University', 'Lake', 'General', 'Radiology', 'Imaging', 'Medical', 'Sports'];
const anyWord = (): string => WORDS[Math.floor(Math.random() * WORDS.length)]!;

const newRows = (count: number): string =>
  JSON.stringify(
    Array.from({ length: count }, () => ({
      id: newExpressCustomerId(),
      name: `${randomUUID().slice(0, 5)} ${anyWord()} ${anyWord()} Center`,
      metadata: { region: anyWord(), externalId: randomUUID(), tier: 'standard', source: 'web' },
    })),
  );

/** Processor time of one PostgreSQL session so far, in milliseconds, as Linux reports it. */
async function processorTime(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function cost(session: QueryRunner, rows: number, statements: number): Promise<string[]> {
  const [{ pid }] = await session.query('SELECT pg_backend_pid() AS pid');
  const start = await processorTime(pid);
  const times: number[] = [];
  for (let n = 0; n < statements; n += 1) {
    const values = [clinicIdOf('large'), newRows(rows)];
    const began = performance.now();
    await session.query(INSERT, values);
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const perRow = ((await processorTime(pid)) - start) / (rows * statements);
  const mean = times.reduce((sum, time) => sum + time, 0) / statements;
  return [
    (perRow * 1_000).toFixed(0),
    ...[times[Math.floor(statements / 2)]!, mean, times[Math.floor(statements * 0.99)]!].map((time) => time.toFixed(2)),
  ];
}

const INDEXES = ['search', 'activity_order', 'inactive_name_order'].map((name) => `express_customers_${name}`);

/** Inserts with the indexes of this report and, after dropping them one by one, without; durable commits, 1e5 rows. */
export async function measureCreates(dataSource: DataSource): Promise<string> {
  const session = dataSource.createQueryRunner();
  const lines = [
    '| indexes | rows per insert | µs processor time a row | median ms | mean ms | 99 % ms |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  for (let dropped = 0; dropped <= INDEXES.length; dropped += 1) {
    if (dropped > 0) await session.query(`DROP INDEX ${INDEXES[dropped - 1]}`);
    const name = dropped === 0 ? 'all' : `without ${INDEXES.slice(0, dropped).join(', ')}`;
    for (const [rows, statements] of [
      [1, 2_000],
      [64, 300],
    ] as const) {
      lines.push(`| ${[name, rows, ...(await cost(session, rows, statements))].join(' | ')} |`);
    }
  }
  await session.release();
  return lines.join('\n');
}
