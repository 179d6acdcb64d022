import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { PoolClient } from 'pg';
import pino from 'pino';
import type { DataSource } from 'typeorm';
import { openServiceDatabase } from '../../src/service-database.js';
import { migrate } from '../../src/database/migrate.js';
import type { PreparedStatement } from '../../src/database/prepared-statement.js';
import { poolOf } from '../../src/database/connection/pool.js';
import type { RequestContext } from '../../src/identity/request-context.js';
import { createExpressCustomer, expressCustomer } from '../../src/customer/use-cases/index.js';
import { startPostgresServer } from '../../test/support/servers/postgres-server.js';
import { benchmark, positive } from '../arguments.js';

// What row-level security would cost: the same use cases, once as they are, once as a role that owns nothing, with
// policies on each table they touch, and with the clinic set in the transaction, which is the only way that a pool allows.
const ABOUT = 'Measures what row-level security would cost a get and a create. A few minutes.';

const { rounds: ROUNDS, calls: CALLS } = benchmark('bench:row-level-security', ABOUT)
  .option('--rounds <number>', 'how often each is measured', positive, 9)
  .option('--calls <number>', 'calls per round', positive, 3_000)
  .parse()
  .opts<{ rounds: number; calls: number }>();
const CONCURRENCY = 10;
const TABLES = ['express_customers', 'express_customer_events'];
const SETTING = 'avara.clinic_id';

const SETUP = [
  'CREATE ROLE restricted LOGIN',
  ...TABLES.flatMap((table) => [
    `GRANT SELECT, INSERT, UPDATE ON ${table} TO restricted`,
    `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
    `CREATE POLICY own_clinic ON ${table} USING (clinic_id = current_setting('${SETTING}')::uuid)`,
  ]),
  // Not of this measurement's tables, but of the statement that creates.
  'GRANT SELECT, INSERT ON idempotency_keys, unkeyed_creates TO restricted',
];

/** Lets each statement of a data source name its clinic to the server first, in a transaction of its own. */
function nameClinics(dataSource: DataSource): void {
  const pool = poolOf(dataSource);
  const connect = pool.connect.bind(pool) as () => Promise<PoolClient>;
  const restricted = (client: PoolClient) => async (statement: PreparedStatement) => {
    await client.query(`BEGIN; SET LOCAL ${SETTING} = '${String(statement.values[0])}'`);
    const result = await client.query(statement);
    await client.query('COMMIT');
    return result;
  };
  const connectRestricted = async () => {
    const client = await connect();
    const own: Partial<Record<PropertyKey, unknown>> = { query: restricted(client), release: () => client.release() };
    return new Proxy(client, { get: (target, name) => own[name] ?? Reflect.get(target, name) });
  };
  Object.assign(pool, { connect: connectRestricted });
}

/** One caller of each clinic, with a customer of its own. */
interface Caller {
  context: RequestContext;
  expressCustomerId: string;
}

const INPUT = { expressCustomerName: 'City Medical Center', metadata: { department: 'radiology' } };

async function newCaller(dataSource: DataSource, clinicId: string): Promise<Caller> {
  const actor = { kind: 'api-key', clinicId, apiKeyId: clinicId, scopes: ['express:read', 'express:write'] } as const;
  const context = { requestId: randomUUID(), actor, dataSource, log: pino({ level: 'silent' }), outcome: {} };
  return { context, expressCustomerId: (await createExpressCustomer(context, INPUT)).expressCustomerId };
}

const newCallers = (dataSource: DataSource, clinicIds: string[]): Promise<Caller[]> =>
  Promise.all(clinicIds.map((clinicId) => newCaller(dataSource, clinicId)));

type Work = (caller: Caller) => Promise<unknown>;

async function callsPerSecond(work: Work, callers: Caller[]): Promise<number> {
  let left = CALLS;
  const start = performance.now();
  const call = async (caller: Caller) => {
    while (left-- > 0) await work(caller);
  };
  await Promise.all(callers.map(call));
  return (1_000 * CALLS) / (performance.now() - start);
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

async function compare(name: string, work: Work, open: Caller[], restricted: Caller[]): Promise<void> {
  const rates: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    rates[0].push(await callsPerSecond(work, open));
    rates[1].push(await callsPerSecond(work, restricted));
  }
  // The first round warms up.
  const [without, withPolicies] = [median(rates[0].slice(1)), median(rates[1].slice(1))];
  const cost = (100 * (without / withPolicies - 1)).toFixed(1);
  process.stdout.write(
    `${name}: ${without.toFixed(0)}/s without, ${withPolicies.toFixed(0)}/s with row-level security: ${cost} % more time per call\n`,
  );
}

const GET: Work = ({ context, expressCustomerId }) => expressCustomer(context, expressCustomerId);
const CREATE: Work = ({ context }) => createExpressCustomer(context, INPUT);

async function compareAll(open: DataSource, restricted: DataSource): Promise<void> {
  const [one, ten] = [
    Array<string>(CONCURRENCY).fill(randomUUID()),
    Array.from({ length: CONCURRENCY }, () => randomUUID()),
  ];
  for (const [clinics, ids] of [
    ['one clinic', one],
    ['ten clinics', ten],
  ] as const) {
    const callers = [await newCallers(open, ids), await newCallers(restricted, ids)] as const;
    await compare(`get, callers of ${clinics}`, GET, ...callers);
    await compare(`create, callers of ${clinics}`, CREATE, ...callers);
  }
}

async function main(): Promise<void> {
  const server = await startPostgresServer({ durable: true });
  const databaseUrl = server.url('postgres');
  const owner = await openServiceDatabase({ databaseUrl, dataDir: '' });
  await migrate(owner.dataSource);
  for (const sql of SETUP) await owner.dataSource.query(sql);
  const restricted = await openServiceDatabase({
    databaseUrl: databaseUrl.replace('postgres@', 'restricted@'),
    dataDir: '',
  });
  nameClinics(restricted.dataSource);
  try {
    await compareAll(owner.dataSource, restricted.dataSource);
  } finally {
    await restricted.close();
    await owner.close();
    await server.remove();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
