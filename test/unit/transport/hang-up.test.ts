import { once } from 'node:events';
import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HangUp } from '../../../src/transport/http/hang-up.js';

async function receive(use: (response: ServerResponse, hangUp: () => void) => Promise<void>): Promise<void> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const call = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' }).end();
  call.on('response', (answer) => answer.resume());
  call.on('error', () => undefined);
  try {
    const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
    await use(response, () => call.destroy());
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

it('cancels the work of a caller who hangs up before the answer, with one reason', () =>
  receive(async (response, hangUp) => {
    const cancellation = new HangUp(response);
    expect(cancellation.aborted).toBe(false);
    expect(() => cancellation.throwIfAborted()).not.toThrow();
    hangUp();
    await once(response, 'close');
    expect(cancellation.aborted).toBe(true);
    expect(cancellation.reason).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    const { reason } = cancellation;
    expect(() => cancellation.throwIfAborted()).toThrow(reason);
    expect(cancellation.reason).toBe(reason);
  }));

it('cancels nothing once the answer is complete', () =>
  receive(async (response) => {
    const cancellation = new HangUp(response);
    response.end('{}');
    await once(response, 'close');
    expect(cancellation.aborted).toBe(false);
  }));
