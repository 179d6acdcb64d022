import type { DataSource } from 'typeorm';
import { onEachEngine } from '../../support/engines.js';
import { runLength } from '../../support/run-length.js';
import { startService } from '../../support/service.js';

const KEYS = runLength.usedKeys;
const CONCURRENCY = 20;
const LIST = '{ expressCustomers(first: 1) { nodes { id } } }';

/** Every row of every table as text, as a dump would hold it; binary columns in hex. */
async function dumpOf({ manager }: DataSource): Promise<string> {
  const tables = await manager.query<{ name: string }[]>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  const rows: { row: string }[] = [];
  for (const { name } of tables)
    rows.push(...(await manager.query<typeof rows>(`SELECT t::text AS row FROM "${name}" t`)));
  return rows.map(({ row }) => row).join('\n');
}

onEachEngine((engine) => {
  it(`of ${KEYS} keys that were issued and used, none is in the database or in the logs`, async () => {
    const service = await startService(engine, { LOG_LEVEL: 'trace' });
    const clinic = await service.newClinic();
    const tokens: string[] = [];
    for (let made = 0; made < KEYS; made += 1) tokens.push((await service.newKey(clinic)).token);
    const waiting = [...tokens];
    const statuses = new Set<number>();
    // What a busy machine refuses is sent again, so that each key has been used.
    const use = async (token: string): Promise<void> => {
      const { status } = await service.graphql({ token }, LIST);
      if (status === 503) return use(token);
      statuses.add(status);
    };
    const caller = async () => {
      for (let token = waiting.pop(); token !== undefined; token = waiting.pop()) {
        await use(token);
        await use(`${token}x`);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, caller));
    const dump = await dumpOf(service.dataSource);
    const logs = JSON.stringify(service.logLines());
    await service.stop();
    expect([...statuses].sort()).toEqual([200, 401]);
    expect(dump.split('\n').length).toBeGreaterThan(KEYS);
    expect(service.logLines().length).toBeGreaterThan(2 * KEYS);
    const secretOf = (token: string) => token.slice(48, 91);
    const inHex = (text: string) => Buffer.from(text).toString('hex');
    const found = tokens.map(secretOf).filter((secret) => [dump, logs].some((text) => text.includes(secret)));
    expect(found).toEqual([]);
    expect(tokens.map(secretOf).filter((secret) => dump.includes(inHex(secret)))).toEqual([]);
  }, 300_000);
});
