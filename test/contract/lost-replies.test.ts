import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { onEachEngine, type Engine } from '../support/engines.js';
import { startService, type Service } from '../support/service.js';
import { RestClient } from '../support/rest-client.js';

const CUTS: Record<Engine, number> = { postgresql: 1_000, embedded: 200 };
const AT_ONCE = 20;

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
    for (let done = 0; done < CUTS[engine]; done += AT_ONCE) {
      const creates = Array.from({ length: AT_ONCE }, (_, index) =>
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

  async function tryCreate(token: string, count: number, expressCustomerName = 'Same body'): Promise<string> {
    const { body } = await service.request('/v1/express', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'x-stainless-retry-count': String(count),
      },
      body: JSON.stringify({ expressCustomerName }),
    });
    return body.expressCustomerId as string;
  }

  it('makes two customers of two originals with the same body, and answers each retry with one of them, once', async () => {
    const { token } = await service.newClinic();
    const originals = [await tryCreate(token, 0), await tryCreate(token, 0)];
    const retries = await Promise.all([tryCreate(token, 1), tryCreate(token, 1)]);
    expect([...retries].sort()).toEqual([...originals].sort());
    expect(new Set(originals).size).toBe(2);
    expect(originals).not.toContain(await tryCreate(token, 1));
  });

  it('answers the second retry with what the first one was answered', async () => {
    const { token } = await service.newClinic();
    const tries = [await tryCreate(token, 0), await tryCreate(token, 1), await tryCreate(token, 2)];
    expect(new Set(tries).size).toBe(1);
  });

  if (engine === 'postgresql') {
    it('lets a retry wait for an original that is still running, and answers both alike', async () => {
      const { token } = await service.newClinic();
      const blocker = service.dataSource.createQueryRunner();
      await blocker.startTransaction();
      await blocker.query('LOCK TABLE express_customer_events IN EXCLUSIVE MODE');
      const original = tryCreate(token, 0);
      const isWaiting = async (locktype: string) => {
        const waiting = await service.dataSource.query<unknown[]>(
          'SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = $1',
          [locktype],
        );
        return waiting.length > 0;
      };
      while (!(await isWaiting('relation'))) await sleep(10);
      const retry = tryCreate(token, 1);
      while (!(await isWaiting('advisory'))) await sleep(10);
      await blocker.commitTransaction();
      await blocker.release();
      expect(await retry).toBe(await original);
    });
  }

  it('creates for a retry whose original never came, came from another key, or is over ten minutes old', async () => {
    const [clinic, stranger] = [await service.newClinic(), await service.newClinic()];
    const first = await tryCreate(clinic.token, 1);
    expect(first).toMatch(/^cus_/);
    expect(await tryCreate(stranger.token, 2)).not.toBe(first);
    await service.dataSource.query(
      `UPDATE unkeyed_creates SET created_at = created_at - interval '11 minutes' WHERE clinic_id = $1`,
      [clinic.clinicId],
    );
    expect(await tryCreate(clinic.token, 2)).not.toBe(first);
  });
});
