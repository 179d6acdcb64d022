import type { EntityManager } from 'typeorm';
import { newExpressCustomerId } from '../../src/customer/model/express-customer-id.js';
import { ExpressCustomerEntity } from '../../src/customer/model/express-customer.entity.js';
import { ExpressCustomerRepository } from '../../src/customer/persistence/express-customer.repository.js';
import type { Database } from '../../src/database/database.js';
import { openServiceDatabase } from '../../src/service-database.js';
import { createTestDatabase, onEachEngine, type TestDatabase } from '../support/engines.js';
import { newClinic, type Clinic } from '../support/service.js';

// PostgreSQL has 10 connections, for which nobody waits longer than 3 s.
const CALLS = { embedded: 500, postgresql: 100 };

onEachEngine((engine) => {
  let place: TestDatabase;
  let database: Database;
  let clinic: Clinic;
  beforeAll(async () => {
    place = await createTestDatabase(engine);
    database = await openServiceDatabase(place);
    clinic = await newClinic(database.dataSource);
  });
  afterAll(async () => {
    await database.close();
    await place.remove();
  });

  async function insert(manager: EntityManager, name: string): Promise<string> {
    const expressCustomerId = newExpressCustomerId();
    await manager.insert(ExpressCustomerEntity, {
      clinicId: clinic.clinicId,
      expressCustomerId,
      expressCustomerName: name,
      nameSearch: name,
      metadata: {},
      createdByApiKeyId: clinic.apiKeyId,
      createdByUserId: null,
    });
    return expressCustomerId;
  }

  it(`keeps exactly what was acknowledged of ${CALLS[engine]} transactions at once, half of them rolled back`, async () => {
    const calls = Array.from({ length: CALLS[engine] }, (_, index) =>
      database.dataSource.transaction(async (manager) => {
        const inserted = await insert(manager, `customer ${index}`);
        // A read in the middle, so that the transactions are open at the same time.
        await new ExpressCustomerRepository(manager, clinic.clinicId).find(inserted);
        if (index % 2 === 1) throw new Error('rolled back on purpose');
        return inserted;
      }),
    );
    const outcomes = await Promise.allSettled(calls);
    const acknowledged = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(acknowledged).toHaveLength(CALLS[engine] / 2);
    const rows: { id: string }[] = await database.dataSource.query(
      'SELECT express_customer_id AS id FROM express_customers WHERE clinic_id = $1 ORDER BY 1',
      [clinic.clinicId],
    );
    expect(rows.map(({ id }) => id)).toEqual([...acknowledged].sort());
  });
});
