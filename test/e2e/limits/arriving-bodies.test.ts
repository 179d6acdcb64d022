import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startService, type Clinic, type Service } from '../../support/service.js';

/** More than all bodies that may be arriving at the same time. */
const HUGE = 100_000_000;
const QUERY = '{"query":"{__typename}"}';

let service: Service;
afterEach(() => service.stop());

async function open({ url }: Service, { token }: Clinic, headers: string[], body: string) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const head = ['POST /graphql HTTP/1.1', 'host: localhost', `authorization: Bearer ${token}`, ...headers];
  socket.write(`${[...head, 'content-type: application/json'].join('\r\n')}\r\n\r\n${body}`);
  await once(socket, 'connect');
  return socket;
}

/** The status of a request that comes while another of the same credential is still arriving. */
async function statusWhileAnotherArrives(headers: string[], body: string): Promise<string> {
  const clinic = await service.newClinic();
  expect((await service.graphql(clinic, '{ __typename }')).status).toBe(200);
  const arriving = await open(service, clinic, ['content-length: 100'], '{');
  await sleep(200);
  const socket = await open(service, clinic, headers, body);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  arriving.destroy();
  socket.destroy();
  return answer.toString().slice(0, 12);
}

it('a body that is declared to be longer than it may be is too long, and no overload', async () => {
  service = await startService('postgresql');
  expect(await statusWhileAnotherArrives([`content-length: ${HUGE}`], '')).toBe('HTTP/1.1 413');
});

it('a body of unknown length takes the room of an ordinary one, however long it may be', async () => {
  service = await startService('postgresql', { MAX_BODY_BYTES: String(HUGE) });
  const chunks = `${QUERY.length.toString(16)}\r\n${QUERY}\r\n0\r\n\r\n`;
  expect(await statusWhileAnotherArrives(['transfer-encoding: chunked'], chunks)).toBe('HTTP/1.1 200');
});
