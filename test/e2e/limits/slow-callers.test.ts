import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startService, type Clinic, type Service } from '../../support/service.js';
import { connectTo, parseAnswers } from '../../support/clients/raw-http.js';

const ANSWER_STALL_MS = 1_000;
const CREATE = `mutation ($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { expressCustomerId } }`;
const GET = `query ($id: ID!) { expressCustomer(expressCustomerId: $id) { expressCustomerName } }`;
const PAGE = '{ expressCustomers(first: 20) { nodes { metadata } } }';

let service: Service;
let honest: Clinic;
let id: string;
let open: Socket[] = [];

beforeAll(async () => {
  service = await startService('postgresql', {
    // The adaptive limit works as in production.
    MAX_MEAN_LATENCY_MS: '400',
    METRICS_PORT: '1',
    MAX_ANSWER_STALL_MS: String(ANSWER_STALL_MS),
    MAX_UNREAD_ANSWER_BYTES: String(64 * 1_048_576),
  });
  honest = await service.newClinic();
  const { body } = await service.graphql(honest, CREATE, { input: { expressCustomerName: 'Honest' } });
  id = (body.data!.createExpressCustomer as { expressCustomerId: string }).expressCustomerId;
});
afterEach(() => {
  for (const socket of open) socket.destroy();
  open = [];
});
afterAll(() => service.stop());

/** Gets of an honest caller of another clinic, one after another. @returns how many of 100 were answered. */
async function answeredGets(): Promise<number> {
  let answered = 0;
  for (let call = 0; call < 100; call += 1) {
    const { status, body } = await service.graphql(honest, GET, { id });
    if (status === 200 && body.data!.expressCustomer) answered += 1;
  }
  return answered;
}

async function openMany(count: number, bytes: string): Promise<Socket[]> {
  const sockets = await Promise.all(Array.from({ length: count }, () => connectTo(service.url)));
  open.push(...sockets);
  for (const socket of sockets) socket.write(bytes);
  return sockets;
}

/** The start of a request with a body of which one byte is sent. */
const started = (line: string, headers: string[] = []) =>
  [line, 'host: localhost', 'content-type: application/json', ...headers, 'content-length: 9', '', '{'].join('\r\n');

describe('a request that is refused without its body', () => {
  it.each([
    ['an unknown path', 'POST /x HTTP/1.1', 404],
    ['OPTIONS', 'OPTIONS /graphql HTTP/1.1', 204],
    ['a missing credential', 'POST /graphql HTTP/1.1', 401],
    ['another method', 'PUT /v1/express HTTP/1.1', 405],
  ])('is answered before the body has arrived: %s', async (_what, line, status) => {
    const [socket] = await openMany(1, started(line));
    const [chunk] = (await once(socket!, 'data')) as [Buffer];
    expect(parseAnswers(chunk.toString('latin1'))[0]!.status).toBe(status);
  });
});

it('answers >= 99 % of the calls of a clinic while 200 strangers send bodies byte by byte', async () => {
  for (const line of ['POST /x HTTP/1.1', 'OPTIONS /graphql HTTP/1.1', 'POST /graphql HTTP/1.1'])
    await openMany(200, started(line));
  expect(await answeredGets()).toBeGreaterThanOrEqual(99);
});

it('answers >= 99 % of the calls of a clinic while 200 callers with a key of another send bodies byte by byte', async () => {
  const { token } = await service.newClinic();
  await openMany(200, started('POST /graphql HTTP/1.1', [`authorization: Bearer ${token}`]));
  await sleep(100);
  expect(await answeredGets()).toBeGreaterThanOrEqual(99);
});

describe('callers who do not read their answers', () => {
  const largePage = ({ token }: Clinic) => {
    const body = JSON.stringify({ query: PAGE });
    const head = ['POST /graphql HTTP/1.1', 'host: localhost', `authorization: Bearer ${token}`];
    return [...head, 'content-type: application/json', `content-length: ${body.length}`, '', body].join('\r\n');
  };
  // Five megabytes, more than the operating system takes for a reader that waits.
  const largeFile = 'GET /assets/graphiql.js HTTP/1.1\r\nhost: localhost\r\n\r\n';
  let greedy: Clinic;
  beforeAll(async () => {
    greedy = await service.newClinic();
    const metadata = Object.fromEntries(Array.from({ length: 50 }, (_, key) => [`key ${key}`, 'x'.repeat(1_000)]));
    for (let customer = 0; customer < 20; customer += 1)
      await service.graphql(greedy, CREATE, { input: { expressCustomerName: 'Large', metadata } });
    // The file is loaded when it is first asked for, here as those who never read ask for it.
    await service.request('/assets/graphiql.js', { headers: { 'accept-encoding': 'identity' } });
  });

  async function neverRead(count: number, request: string): Promise<void> {
    for (const socket of await openMany(count, request)) socket.pause();
  }

  it('leave >= 99 % of the calls of another clinic answered', async () => {
    await neverRead(70, largePage(greedy));
    await neverRead(10, largeFile);
    expect(await answeredGets()).toBeGreaterThanOrEqual(99);
  });

  it('hold no place once their answer is complete', async () => {
    await neverRead(20, largePage(greedy));
    await sleep(200);
    while ((await inFlight()) > 0) await sleep(10);
  });

  it('lose their connection once they have taken no byte for a while', async () => {
    const accepted: Socket[] = [];
    const accept = (socket: Socket) => void accepted.push(socket);
    service.app.server.server.on('connection', accept);
    await neverRead(3, largeFile);
    while (accepted.length < 3) await sleep(10);
    service.app.server.server.off('connection', accept);
    while (accepted.some(({ destroyed }) => !destroyed)) await sleep(10);
  });

  it('lose their connection even if they go on sending: what arrives is no progress of their answer', async () => {
    const accepted: Socket[] = [];
    const accept = (socket: Socket) => void accepted.push(socket);
    service.app.server.server.on('connection', accept);
    await neverRead(1, largeFile);
    while (accepted.length < 1) await sleep(10);
    service.app.server.server.off('connection', accept);
    const sending = setInterval(() => open[0]!.write('G'), ANSWER_STALL_MS / 4);
    while (!accepted[0]!.destroyed) await sleep(10);
    clearInterval(sending);
  });

  it('get no more large answers than their share of memory holds, and others still get theirs', async () => {
    await neverRead(10, largeFile);
    const refused = () =>
      service.logLines().filter(({ operation, status }) => operation === '/assets/*' && status === 503);
    while (refused().length === 0) await sleep(10);
    expect((await service.graphql(greedy, PAGE)).body.data!.expressCustomers).toBeDefined();
    expect((await service.request('/livez')).status).toBe(200);
  });
});

async function inFlight(): Promise<number> {
  const line = /^avara_express_requests_in_flight (\d+)$/m.exec(await service.app.metrics!.text());
  return Number(line![1]);
}
