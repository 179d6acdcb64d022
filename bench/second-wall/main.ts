import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import pino from 'pino';
import type { DataSource, EntityManager } from 'typeorm';
import { openDatabase } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import type { RequestContext } from '../../src/identity/request-context.js';
import { createExpressCustomer, expressCustomer } from '../../src/customer/use-cases/index.js';
import { startPostgresServer } from '../../test/support/postgres-server.js';
import { benchmark, positive } from '../arguments.js';

// What row-level security would cost: the same use cases, once as they are, once as a role that owns nothing, with
// policies on each table they touch, and with the clinic set in the transaction, which is the only way that a pool allows.
const ABOUT = 'Measures what row-level security would cost a get and a create. A few minutes.';

const { rounds: ROUNDS, calls: CALLS } = benchmark('bench:second-wall', ABOUT)
  .option('--rounds <number>', 'how often each is measured', positive, 12)
  .option('--calls <number>', 'calls a round', positive, 1_500)
  .parse()
  .opts<{ rounds: number; calls: number }>();
const AT_ONCE = 10;
const TABLES = ['express_customers', 'express_customer_events'];
const SETTING = 'avara.clinic_id';

const SETUP = [
  'CREATE ROLE walled LOGIN',
  ...TABLES.flatMap((table) => [
    `GRANT SELECT, INSERT, UPDATE ON ${table} TO walled`,
    `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
    `CREATE POLICY own_clinic ON ${table} USING (clinic_id = current_setting('${SETTING}')::uuid)`,
  ]),
];

type Work = (context: RequestContext) => Promise<unknown>;

function contextOf(dataSource: DataSource): RequestContext {
  const actor = { kind: 'api-key', clinicId, apiKeyId: clinicId, scopes: ['express:read', 'express:write'] } as const;
  return { requestId: randomUUID(), actor, dataSource, log: pino({ level: 'silent' }), outcome: {} };
}

const clinicId = randomUUID();

/** A data source whose every use names the clinic to the server first, in the same transaction. */
function walledContext(dataSource: DataSource): RequestContext {
  const within = <Result>(work: (manager: EntityManager) => Promise<Result>) =>
    dataSource.transaction(async (manager) => {
      await manager.query(`SELECT set_config('${SETTING}', $1, true)`, [clinicId]);
      return work(manager);
    });
  return contextOf({ transaction: within } as unknown as DataSource);
}

function reading(id: string): { open: Work; walled: (dataSource: DataSource) => Promise<unknown> } {
  return {
    open: (context) => expressCustomer(context, id),
    walled: (dataSource) =>
      walledContext(dataSource).dataSource.transaction((manager) =>
        expressCustomer({ ...contextOf(dataSource), dataSource: { manager } as DataSource }, id),
      ),
  };
}

async function callsPerSecond(call: () => Promise<unknown>): Promise<number> {
  let left = CALLS;
  const start = performance.now();
  const caller = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  return (1_000 * CALLS) / (performance.now() - start);
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

async function compare(name: string, open: () => Promise<unknown>, walled: () => Promise<unknown>): Promise<void> {
  const rates: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    rates[0].push(await callsPerSecond(open));
    rates[1].push(await callsPerSecond(walled));
  }
  const [without, withWall] = [median(rates[0].slice(1)), median(rates[1].slice(1))];
  const cost = (100 * (without / withWall - 1)).toFixed(1);
  process.stdout.write(
    `${name}: ${without.toFixed(0)}/s without, ${withWall.toFixed(0)}/s with row-level security: ${cost} % more time a call\n`,
  );
}

async function main(): Promise<void> {
  const server = await startPostgresServer({ durable: true });
  const owner = await openDatabase({ databaseUrl: server.url('postgres'), dataDir: '' });
  await migrate(owner.dataSource);
  for (const sql of SETUP) await owner.dataSource.query(sql);
  const walled = await openDatabase({
    databaseUrl: server.url('postgres').replace('postgres@', 'walled@'),
    dataDir: '',
  });
  try {
    const input = { expressCustomerName: 'City Medical Center', metadata: { department: 'radiology' } };
    const { expressCustomerId } = await createExpressCustomer(contextOf(owner.dataSource), input);
    const read = reading(expressCustomerId);
    await compare(
      'get',
      () => read.open(contextOf(owner.dataSource)),
      () => read.walled(walled.dataSource),
    );
    await compare(
      'create',
      () => createExpressCustomer(contextOf(owner.dataSource), input),
      () => createExpressCustomer(walledContext(walled.dataSource), input),
    );
  } finally {
    await walled.close();
    await owner.close();
    await server.remove();
  }
}

void main();
