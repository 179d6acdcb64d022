import type { DataSource } from 'typeorm';
import { ExpressCustomerRepository } from '../../src/customer/persistence/express-customer.repository.js';
import { statementsOf } from '../../test/support/statements.js';

const LOOK_UPS = 500;

const median = (numbers: number[]): number =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)]!;

/** Look-ups of random references, one at a time, each a whole call of the repository; and what one touches in the database. */
export async function measureLookUps(dataSource: DataSource, clinicId: string, customers: number): Promise<string> {
  const repository = new ExpressCustomerRepository(dataSource.manager, clinicId);
  const times: number[] = [];
  for (let n = 0; n < LOOK_UPS; n += 1) {
    const reference = `seed-${1 + Math.floor(Math.random() * customers)}`;
    const started = performance.now();
    const found = await repository.findByReference(reference);
    times.push(performance.now() - started);
    if (found?.externalReferenceId !== reference) throw new Error('A look-up returned another customer.');
  }
  const { logger } = dataSource;
  const statements = statementsOf(dataSource);
  await repository.findByReference('seed-1');
  Object.assign(dataSource, { logger });
  const [plan] = await dataSource.query<
    { 'QUERY PLAN': { Plan: Record<string, number>; 'Execution Time': number }[] }[]
  >(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${statements[0]!}`, [clinicId, ['seed-1']]);
  const { Plan, 'Execution Time': executed } = plan!['QUERY PLAN'][0]!;
  const pages = Plan['Shared Hit Blocks']! + Plan['Shared Read Blocks']!;
  return `look-up by reference: ${median(times).toFixed(2)} ms (median of ${LOOK_UPS}), ${executed.toFixed(2)} ms in PostgreSQL, ${pages} pages`;
}
