import { randomUUID } from 'node:crypto';
import * as useCases from '../../src/customer/use-cases/index.js';
import { writeValues } from '../../src/customer/persistence/upsert/upsert-statement.js';
import { onEachEngine } from '../support/engines.js';
import { statementsOf } from '../support/statements.js';
import { openWorld, type World } from '../support/world.js';

const CUSTOMERS = 20_000;
const ITEMS = 20;

interface Plan {
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
}

// What an index look-up touches does not grow with the table; reading the clinic would touch hundreds of pages per item.
const PAGES_PER_ITEM = 60;

onEachEngine((engine) => {
  let world: World;
  const clinicId = randomUUID();
  beforeAll(async () => {
    world = await openWorld(engine);
    await world.dataSource.query(
      `INSERT INTO express_customers (clinic_id, express_customer_id, express_customer_name, name_search,
         external_reference_id, metadata, created_by_api_key_id)
       SELECT $1::uuid, 'cus_' || lpad(to_hex(n), 32, '0'), 'N', 'n', 'R' || n, '{}', $1::uuid
       FROM generate_series(1, $2::integer) AS n`,
      [clinicId, CUSTOMERS],
    );
  });
  afterAll(() => world.close());

  async function countPages(statement: string, values: unknown[]): Promise<number> {
    const [{ 'QUERY PLAN': plans }] = await world.dataSource.query<[{ 'QUERY PLAN': [{ Plan: Plan }] }]>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${statement}`,
      values,
    );
    const { 'Shared Hit Blocks': hit, 'Shared Read Blocks': read } = plans[0].Plan;
    return hit + read;
  }

  it.each(['without statistics', 'with statistics'])(
    'look up, lock and change customers by the indexes of ids and references, however many there are: %s',
    async (kind) => {
      if (kind === 'with statistics') await world.dataSource.query('ANALYZE express_customers');
      const caller = world.newCaller({ clinicId });
      const statements = statementsOf(world.dataSource);
      const items = Array.from({ length: ITEMS }, (_, n) => ({
        externalReferenceId: `R${1 + n * 997}`,
        expressCustomerName: kind,
      }));
      const settled = await useCases.upsertExpressCustomers(caller, items);
      const [find, write] = statements as [string, string];
      expect(statements).toHaveLength(2);
      const rows = settled.map((item) => {
        if (!('value' in item)) throw item.error;
        return item.value.row;
      });
      expect(await countPages(find, [clinicId, items.map((item) => item.externalReferenceId)])).toBeLessThan(
        ITEMS * 10,
      );
      const values = writeValues(
        clinicId,
        rows.map((row) => ({
          kind: 'update',
          row,
          next: { ...row, expressCustomerName: `${kind} again` },
          type: 'express_customer.updated',
          changes: [],
          actor: caller.actor,
        })),
      );
      expect(await countPages(write, values)).toBeLessThan(ITEMS * PAGES_PER_ITEM);
    },
  );
});
