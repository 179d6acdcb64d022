import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { statementsOf } from '../../support/statements.js';
import { startService, type Clinic, type Service } from '../../support/service.js';
import { LOCKS } from '../../support/locks.js';

const CREATE = `mutation { createExpressCustomer(input: { expressCustomerName: "Completion" }) { expressCustomerId } }`;

let service: Service;
let clinic: Clinic;
beforeAll(async () => {
  service = await startService('postgresql', { METRICS_PORT: '1', LOG_LEVEL: 'debug' });
  clinic = await service.newClinic();
});
afterAll(() => service.stop());

const requestLines = () => service.logLines().filter(({ msg }) => msg === 'request');

async function until<T>(find: () => T | undefined): Promise<T> {
  for (;;) {
    const found = find();
    if (found !== undefined) return found;
    await sleep(10);
  }
}

describe('the end of a request', () => {
  it('logs and counts a request whose caller hangs up, exactly once', async () => {
    const blocker = service.dataSource.createQueryRunner();
    await blocker.startTransaction();
    await blocker.query('LOCK TABLE express_customers IN EXCLUSIVE MODE');
    const before = requestLines().length;
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    await once(socket, 'connect');
    const body = JSON.stringify({ query: CREATE });
    const head = `POST /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${clinic.token}`;
    socket.write(`${head}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    const waiting = `SELECT count(*)::int AS n FROM ${LOCKS} WHERE NOT granted AND locktype = 'relation'`;
    while ((await service.dataSource.query<{ n: number }[]>(waiting))[0]!.n === 0) await sleep(10);
    socket.destroy();
    const line = await until(() => requestLines()[before]);
    await blocker.commitTransaction();
    await blocker.release();
    expect(line).toMatchObject({
      operation: 'createExpressCustomer',
      actor: clinic.apiKeyId,
      clinicId: clinic.clinicId,
      code: 'ABORTED',
      status: 499,
      aborted: true,
      ms: expect.any(Number),
    });
    await sleep(100);
    expect(requestLines().length).toBe(before + 1);
    expect(await service.app.metrics!.text()).toContain(
      'avara_express_requests_total{operation="createExpressCustomer",code="ABORTED"} 1',
    );
  });

  it.each([
    ['a URL that cannot be decoded', '/v1/express/%', 400, 'BAD_USER_INPUT'],
    ['a URL without a route', '/nothing', 404, 'NOT_FOUND'],
    ['a missing credential', '/v1/express', 401, 'UNAUTHENTICATED'],
  ])('logs %s in one line', async (_what, path, status, code) => {
    const answer = await service.request(path);
    const { requestId } = await service.requestLine(answer);
    expect(requestLines().filter((line) => line.requestId === requestId)).toEqual([
      expect.objectContaining({ status, code, level: 30 }),
    ]);
  });

  it('logs health checks at debug level, and a shutdown is no error of theirs', async () => {
    const stopping = await startService('postgresql', { LOG_LEVEL: 'debug', DRAIN_MS: '1000' });
    const probes = () =>
      stopping.logLines().filter(({ operation }) => operation === '/livez' || operation === '/readyz');
    expect((await stopping.request('/livez')).status).toBe(200);
    expect((await stopping.request('/readyz')).status).toBe(200);
    const stopped = stopping.stop();
    expect((await stopping.request('/readyz')).body).toEqual({ status: 'stopping' });
    await stopped;
    expect(probes().map(({ level, operation, code, status }) => ({ level, operation, code, status }))).toEqual([
      { level: 20, operation: '/livez', code: 'OK', status: 200 },
      { level: 20, operation: '/readyz', code: 'OK', status: 200 },
      { level: 20, operation: '/readyz', code: 'SERVICE_UNAVAILABLE', status: 503 },
    ]);
  });

  it('asks the database once for all health checks within a quarter of a second', async () => {
    const statements = statementsOf(service.dataSource);
    const start = performance.now();
    await Promise.all(Array.from({ length: 50 }, () => service.request('/readyz')));
    const quarters = Math.ceil((performance.now() - start) / 250);
    expect(statements.filter((sql) => sql === 'SELECT 1').length).toBeLessThanOrEqual(quarters + 1);
  });
});
