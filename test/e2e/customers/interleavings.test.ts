import { auditClinic } from '../../support/audit-clinic.js';
import { createTestDatabase, onEachEngine } from '../../support/engines.js';
import { FeedReader } from '../../support/clients/feed-reader.js';
import { InterleavedClients } from '../../support/clients/interleaved-clients.js';
import { report, runLength } from '../../support/run-length.js';
import { serviceOn } from '../../support/service.js';

const CLIENTS = 8;

onEachEngine((engine) => {
  it(`upserts, updates and deactivations of ${CLIENTS} clients leave one customer per reference and a feed without a gap`, async () => {
    const place = await createTestDatabase(engine);
    const environment = { RATE_LIMIT_POINTS: '0', LOG_LEVEL: 'silent' };
    const first = await serviceOn(place, environment);
    // The embedded engine serves one process.
    const second = engine === 'postgresql' ? await serviceOn(place, environment) : undefined;
    const clinic = await first.newClinic();
    const urls = [first.url, ...(second ? [second.url] : [])];
    const seed = Math.floor(Math.random() * 2 ** 31);
    const clients = new InterleavedClients(urls, clinic.token, seed);
    const reader = new FeedReader(urls, clinic.token);
    reader.start();
    for (let round = 0; round < runLength.interleavings; round += 1) await clients.runRound(CLIENTS);
    await reader.stop();
    const found = await auditClinic(first.dataSource, clinic.clinicId);
    await second?.app.stop();
    await first.stop();
    report(`interleavings, ${engine}`, { seed, rounds: runLength.interleavings, ...found });
    const { size } = clients.customers;
    const { events } = found;
    expect(found).toEqual({
      customers: size,
      references: size,
      createdEvents: size,
      events,
      misplaced: 0,
      unexplained: 0,
    });
    expect(events).toBeGreaterThan(size);
    expect([...clients.customers.values()].filter((ids) => ids.size > 1)).toEqual([]);
    expect(reader.positions).toEqual(Array.from({ length: events }, (_, n) => n + 1));
    // A busy machine may have let some wait too long; they were sent again.
    expect([...clients.refusals].filter((code) => code !== 'SERVICE_UNAVAILABLE')).toEqual([]);
  }, 900_000);
});
