import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { createExpressCustomer, expressCustomer, updateExpressCustomer } from '../../src/customer/use-cases/index.js';
import { DEFAULT_CONNECTIONS } from '../../src/database/connection/connection-settings.js';
import { tenantSlots } from '../../src/database/tenant-slots.js';
import { openServiceDatabase } from '../../src/service-database.js';
import type { AppError } from '../../src/shared/app-error.js';
import { createTestDatabase, onEachEngine } from '../support/engines.js';
import { openWorld, outcomes, type Caller, type World } from '../support/world.js';

const FLOOD = 100;

onEachEngine((engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());

  const newCustomer = async (caller: Caller): Promise<string> =>
    (await createExpressCustomer(caller, { expressCustomerName: 'Before' })).expressCustomerId;

  const rename = (caller: Caller, expressCustomerId: string, expressCustomerName: string) =>
    updateExpressCustomer(caller, { expressCustomerId, expressCustomerName });

  it('a clinic does not wait for all that another one has asked for before', async () => {
    const [flooding, quiet] = [world.newCaller(), world.newCaller()];
    const [busy, id] = [await newCustomer(flooding), await newCustomer(quiet)];
    let ended = 0;
    const count = () => (ended += 1);
    const flood = Array.from({ length: FLOOD }, (_, n) => rename(flooding, busy, `${n}`));
    for (const call of flood) void call.then(count, count);
    await nextTurn();
    await Promise.all([expressCustomer(quiet, id), newCustomer(quiet), rename(quiet, id, 'After')]);
    expect(ended).toBeLessThan(FLOOD / 4);
    // On a slow machine some of so many have waited for too long.
    const { OK = 0, SERVICE_UNAVAILABLE = 0 } = await outcomes(flood);
    expect(OK + SERVICE_UNAVAILABLE).toBe(FLOOD);
  });

  it('more transactions than there are connections all end, whatever else runs', async () => {
    const callers = Array.from({ length: 6 }, () => world.newCaller());
    const ids = await Promise.all(callers.map(newCustomer));
    const calls = Array.from({ length: FLOOD }, (_, n) => {
      const [caller, id] = [callers[n % 6]!, ids[n % 6]!];
      return n % 2 ? rename(caller, id, `${n}`) : expressCustomer(caller, id);
    });
    expect(await Promise.all(calls)).toHaveLength(FLOOD);
  });
});

it('waits as long for a connection that a clinic may occupy as the setting says for any connection', async () => {
  const place = await createTestDatabase('postgresql');
  const connections = { ...DEFAULT_CONNECTIONS, poolSize: 2, connectTimeoutMs: 100 };
  const database = await openServiceDatabase({ ...place, connections });
  const release = new AbortController();
  const hold = () => new Promise<void>((resolve) => release.signal.addEventListener('abort', () => resolve()));
  const slots = tenantSlots(database.dataSource);
  const held = slots.run('one', 'long', hold);
  const waiting = slots.run('other', 'long', hold).catch((error: AppError) => error.code);
  expect(await Promise.race([waiting, sleep(2_500)])).toBe('SERVICE_UNAVAILABLE');
  release.abort();
  await held;
  await database.close();
  await place.remove();
});
