import { setTimeout as sleep } from 'node:timers/promises';
import { isOnCitus, onEachEngine, type Engine } from '../../support/engines.js';
import { startService, type Clinic, type Service } from '../../support/service.js';
import { LOCKS } from '../../support/locks.js';

const CREATE = `mutation ($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { expressCustomerId } }`;
const RENAME = `mutation ($id: ID!, $name: String!) {
  updateExpressCustomer(input: { expressCustomerId: $id, expressCustomerName: $name }) { version }
}`;
const ADD_USER = `mutation ($id: ID!, $user: ID!) {
  addUserToExpressCustomer(input: { expressCustomerId: $id, userId: $user }) { userCount }
}`;
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';

let service: Service;
let clinic: Clinic;

async function serve(engine: Engine): Promise<void> {
  service = await startService(engine);
  clinic = await service.newClinic();
}

/** Runs an action while the next transactions that write an event fail. A sequence does not roll back. */
async function failing<T>(times: number, code: string, action: () => Promise<T>): Promise<T> {
  await service.dataSource.query(`
    CREATE SEQUENCE failures;
    CREATE FUNCTION fail_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF nextval('failures') <= ${times} THEN RAISE EXCEPTION 'failed on purpose' USING ERRCODE = '${code}'; END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER fail_transaction BEFORE INSERT ON express_customer_events FOR EACH STATEMENT EXECUTE FUNCTION fail_transaction()`);
  try {
    return await action();
  } finally {
    await service.dataSource.query(
      'DROP TRIGGER fail_transaction ON express_customer_events; DROP FUNCTION fail_transaction; DROP SEQUENCE failures',
    );
  }
}

const create = async (input: object): Promise<string> => {
  const { body } = await service.graphql(clinic, CREATE, { input });
  expect(body).not.toHaveProperty('errors');
  return body.data!.createExpressCustomer.expressCustomerId as string;
};

async function rowsOf(id: string): Promise<{ version: number; events: number }> {
  const [row] = await service.dataSource.query<{ version: number; events: number }[]>(
    `SELECT version, (SELECT count(*)::int FROM express_customer_events e WHERE e.express_customer_id = $1) AS events
     FROM express_customers WHERE express_customer_id = $1`,
    [id],
  );
  return row!;
}

const unlessOnCitus: typeof onEachEngine = isOnCitus ? () => undefined : onEachEngine;

// By triggers, which Citus has not on its tables.
unlessOnCitus((engine) => {
  beforeAll(() => serve(engine));
  afterAll(() => service.stop());

  describe.each([SERIALIZATION_FAILURE, DEADLOCK_DETECTED])('rolled back with %s', (code) => {
    it.each([
      ['without a key', {}],
      ['with an idempotency key', { idempotencyKey: `key ${code}` }],
    ])('a create %s is run again, and its caller sees one customer', async (_how, key) => {
      const id = await failing(4, code, () => create({ expressCustomerName: 'Again', ...key }));
      expect(await rowsOf(id)).toEqual({ version: 1, events: 1 });
    });

    it('a change and a membership are run again, and happen once', async () => {
      const id = await create({ expressCustomerName: 'Before' });
      const renamed = await failing(4, code, () => service.graphql(clinic, RENAME, { id, name: 'After' }));
      expect(renamed.body).toEqual({ data: { updateExpressCustomer: { version: 2 } } });
      const user = `usr_${'a'.repeat(32)}`;
      const added = await failing(4, code, () => service.graphql(clinic, ADD_USER, { id, user }));
      expect(added.body).toEqual({ data: { addUserToExpressCustomer: { userCount: 1 } } });
      expect(await rowsOf(id)).toEqual({ version: 3, events: 3 });
    });
  });

  it.each([SERIALIZATION_FAILURE, DEADLOCK_DETECTED])(
    'what is rolled back with %s at every try is answered 503 with Retry-After, and leaves nothing',
    async (code) => {
      const [id, name] = [await create({ expressCustomerName: 'Before' }), `Never ${code}`];
      const answers = await failing(1_000, code, () =>
        Promise.all([
          service.graphql(clinic, CREATE, { input: { expressCustomerName: name, idempotencyKey: name } }),
          service.graphql(clinic, CREATE, { input: { expressCustomerName: name } }),
          service.graphql(clinic, RENAME, { id, name }),
        ]),
      );
      for (const { status, headers, body } of answers) {
        expect(status).toBe(503);
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
        expect(body.errors![0]!.extensions.code).toBe('SERVICE_UNAVAILABLE');
      }
      const rows = await service.dataSource.query(
        'SELECT 1 FROM express_customers WHERE clinic_id = $1 AND express_customer_name = $2',
        [clinic.clinicId, name],
      );
      expect(rows).toEqual([]);
    },
  );

  it('what may have been committed (40003) is never run again, and answered 503', async () => {
    const id = await create({ expressCustomerName: 'Before' });
    // If either were run again, it would succeed.
    for (const call of [
      () => service.graphql(clinic, CREATE, { input: { expressCustomerName: 'Once' } }),
      () => service.graphql(clinic, RENAME, { id, name: 'Once' }),
    ]) {
      const { status, body } = await failing(1, '40003', call);
      expect(status).toBe(503);
      expect(body.errors![0]!.extensions.code).toBe('SERVICE_UNAVAILABLE');
    }
  });
});

describe('a deadlock', () => {
  beforeAll(() => serve('postgresql'));
  afterAll(() => service.stop());

  it('that PostgreSQL ends by rolling back a change is not seen by its caller', async () => {
    const id = await create({ expressCustomerName: 'Before' });
    const other = service.dataSource.createQueryRunner();
    await other.startTransaction();
    // The change checks for deadlocks first, and so is the one that is rolled back.
    await other.query("SET LOCAL deadlock_timeout = '30s'");
    await other.query('LOCK TABLE express_customer_events IN EXCLUSIVE MODE');
    const change = service.graphql(clinic, RENAME, { id, name: 'After' });
    const waiting = `SELECT count(*)::int AS n FROM ${LOCKS} WHERE NOT granted AND locktype = 'relation'`;
    while ((await service.dataSource.query<{ n: number }[]>(waiting))[0]!.n === 0) await sleep(10);
    const locking = 'SELECT 1 FROM express_customers WHERE clinic_id = $1 AND express_customer_id = $2 FOR UPDATE';
    await other.query(locking, [clinic.clinicId, id]);
    await other.commitTransaction();
    await other.release();
    expect((await change).body).toEqual({ data: { updateExpressCustomer: { version: 2 } } });
    expect(await rowsOf(id)).toEqual({ version: 2, events: 2 });
    const [statistics] = await service.dataSource.query<{ deadlocks: string }[]>(
      'SELECT pg_stat_get_db_deadlocks(oid) AS deadlocks FROM pg_database WHERE datname = current_database()',
    );
    // Citus, whose nodes see no deadlock of their own, counts none.
    if (!isOnCitus) expect(Number(statistics!.deadlocks)).toBe(1);
  });
});
