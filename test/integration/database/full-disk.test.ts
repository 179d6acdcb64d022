import { setTimeout as sleep } from 'node:timers/promises';
import { DataDirError } from '../../../src/database/embedded/data-dir.js';
import { DiskGuard, MIN_FREE_BYTES } from '../../../src/database/embedded/disk-guard.js';
import {
  createExpressCustomer,
  expressCustomer,
  updateExpressCustomer,
} from '../../../src/customer/use-cases/index.js';
import { openServiceDatabase } from '../../../src/service-database.js';
import { toAppError } from '../../../src/transport/errors.js';
import { createTestDatabase } from '../../support/engines.js';
import { openWorld, type Caller, type World } from '../../support/world.js';

let free = Infinity;
const reports: string[] = [];
let world: World;
let caller: Caller;
beforeAll(async () => {
  free = MIN_FREE_BYTES;
  world = await openWorld('embedded', async (place) =>
    Object.assign(place, { freeSpace: async () => free, report: (message: string) => reports.push(message) }),
  );
  caller = world.newCaller();
});
afterAll(() => world.close());

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'OK',
    (error: unknown) => toAppError(error).code,
  );
const create = (idempotencyKey?: string) =>
  createExpressCustomer(caller, { expressCustomerName: 'A', ...(idempotencyKey ? { idempotencyKey } : {}) });

async function untilAnswered(code: string): Promise<void> {
  while ((await codeOf(create())) !== code) await sleep(50);
}

it('rejects every write with 503 while less than 64 MB are free, reads go on, and it recovers by itself', async () => {
  const { expressCustomerId } = await create();
  free = MIN_FREE_BYTES - 1;
  await untilAnswered('SERVICE_UNAVAILABLE');
  const rows = await world.count('express_customers', caller.actor.clinicId);
  const writes = [
    create(),
    create('a key'),
    updateExpressCustomer(caller, { expressCustomerId, expressCustomerName: 'B' }),
    world.dataSource.query(`WITH gone AS (DELETE FROM express_customers RETURNING 1) SELECT count(*) FROM gone`),
    world.dataSource.query('  update express_customers set version = 5'),
    world.dataSource.query('CREATE TABLE more (id int)'),
  ];
  expect(await Promise.all(writes.map(codeOf))).toEqual(writes.map(() => 'SERVICE_UNAVAILABLE'));
  expect(await world.count('express_customers', caller.actor.clinicId)).toBe(rows);
  expect(await expressCustomer(caller, expressCustomerId)).toMatchObject({ expressCustomerName: 'A', version: 1 });
  free = MIN_FREE_BYTES;
  await untilAnswered('OK');
  expect(await world.count('express_customers', caller.actor.clinicId)).toBe(rows + 1);
  expect(reports).toEqual([
    expect.stringMatching(/^writes are rejected: less than 64 MB are free/),
    'there is room on the disk again: writes are accepted',
  ]);
});

it('does not start on a disk that is full already, and names the folder', async () => {
  const place = await createTestDatabase('embedded');
  const opened = openServiceDatabase({ ...place, freeSpace: async () => MIN_FREE_BYTES - 1 });
  await expect(opened).rejects.toThrow(DataDirError);
  await expect(opened).rejects.toThrow(`The data folder ${place.dataDir} (DATA_DIR) cannot be used: less than 64 MB`);
  const database = await openServiceDatabase({ ...place, freeSpace: async () => MIN_FREE_BYTES });
  await database.close();
  await place.remove();
});

it('uses a file system that does not say how much is free', async () => {
  const guard = new DiskGuard(() => Promise.reject(new Error('not supported')));
  await guard.look();
  expect(guard.findError('INSERT INTO t VALUES (1)')).toBeNull();
});
