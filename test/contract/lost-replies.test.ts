import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { onEachEngine, type Engine } from '../support/engines.js';
import { startService, type Service } from '../support/service.js';
import { RestClient } from '../support/clients/rest-client.js';

const CUTS: Record<Engine, number> = { postgresql: 1_000, embedded: 200 };
const CONCURRENCY = 20;

/** Passes requests on and cuts the connection when the answer to the first try of a create comes back. */
function cuttingProxy(port: number): Server {
  return createServer((client) => {
    const service = connect(port, '127.0.0.1');
    let isFirstTry = false;
    client.on('data', (chunk: Buffer) => {
      if (chunk.includes('x-stainless-retry-count: 0')) isFirstTry = true;
      if (chunk.includes('x-stainless-retry-count: 1')) isFirstTry = false;
      service.write(chunk);
    });
    service.on('data', (chunk: Buffer) => {
      if (!isFirstTry) return void client.write(chunk);
      client.destroy();
      service.destroy();
    });
    for (const socket of [client, service]) {
      socket.on('error', () => undefined);
      socket.on('close', () => (socket === client ? service : client).destroy());
    }
  });
}

onEachEngine((engine) => {
  let service: Service;
  let proxy: Server;
  let proxyUrl: string;
  beforeAll(async () => {
    service = await startService(engine);
    proxy = cuttingProxy(Number(new URL(service.url).port)).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    proxy.close();
    await service.stop();
  });

  it(`leaves ${CUTS[engine]} customers of ${CUTS[engine]} creates whose replies were cut after the commit`, async () => {
    const clinic = await service.newClinic();
    const client = new RestClient(proxyUrl, clinic.token);
    const ids = new Set<string>();
    for (let done = 0; done < CUTS[engine]; done += CONCURRENCY) {
      const creates = Array.from({ length: CONCURRENCY }, (_, index) =>
        client.create({ expressCustomerName: `Cut ${done + index}` }),
      );
      for (const { body } of await Promise.all(creates)) ids.add(body.expressCustomerId as string);
    }
    expect(client.sent).toBe(2 * CUTS[engine]);
    expect(ids.size).toBe(CUTS[engine]);
    const [row] = await service.dataSource.query<{ count: string }[]>(
      'SELECT count(*) FROM express_customers WHERE clinic_id = $1',
      [clinic.clinicId],
    );
    expect(Number(row!.count)).toBe(CUTS[engine]);
  });
});
