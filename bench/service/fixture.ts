import { DataSource } from 'typeorm';
import { createClinic } from '../../src/identity/create-clinic.js';
import { issueApiKey } from '../../src/identity/issue-api-key.js';
import { openServiceDatabase } from '../../src/service-database.js';
import { migrate } from '../../src/database/migrate.js';
import type { PostgresServer } from '../../test/support/servers/postgres-server.js';
import { seed } from '../lists/seed.js';
import type { Fixture } from './load.js';

/** A database of its own with one large clinic, and a key to it. */
export interface PreparedFixture extends Fixture {
  databaseUrl: string;
  dataSource: DataSource;
  countCustomers(): Promise<number>;
  close(): Promise<void>;
}

const IDS = 10_000;

export async function prepareFixture(
  server: PostgresServer,
  rows: number,
  purpose = 'bench',
): Promise<PreparedFixture> {
  const name = `${purpose}_${rows}`;
  const postgres = await openServiceDatabase({ databaseUrl: server.url('postgres'), dataDir: '' });
  await postgres.dataSource.query(`CREATE DATABASE ${name}`);
  await postgres.close();
  const databaseUrl = server.url(name);
  const database = await openServiceDatabase({ databaseUrl, dataDir: '' });
  const { dataSource } = database;
  await migrate(dataSource);
  const clinicId = await createClinic(dataSource.manager, 'A clinic of the bench');
  const key = await issueApiKey(dataSource.manager, {
    clinicId,
    scopes: ['express:read', 'express:write'],
    description: 'bench',
  });
  // Filling takes longer than any statement of the service may.
  const patient = await new DataSource({ type: 'postgres', url: databaseUrl }).initialize();
  await seed(patient, clinicId, rows);
  await patient.destroy();
  const found: { id: string }[] = await dataSource.query(
    // Nothing follows the oldest customer, and a page without a row would count as a wrong answer.
    `SELECT express_customer_id AS id FROM express_customers
     WHERE clinic_id = $1 AND express_customer_id > (SELECT min(express_customer_id) FROM express_customers WHERE clinic_id = $1)
     ORDER BY md5(express_customer_id) LIMIT $2`,
    [clinicId, IDS],
  );
  const countCustomers = async () => {
    const sql = 'SELECT count(*)::integer AS count FROM express_customers WHERE clinic_id = $1';
    return (await dataSource.query<{ count: number }[]>(sql, [clinicId]))[0]!.count;
  };
  const ids = found.map(({ id }) => id);
  return {
    clinicId,
    token: key.token,
    apiKeyId: key.apiKeyId,
    ids,
    databaseUrl,
    dataSource,
    countCustomers,
    close: () => database.close(),
  };
}
