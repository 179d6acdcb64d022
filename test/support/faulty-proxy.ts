import { once } from 'node:events';
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What becomes of one request on its way. */
export interface Fate {
  /** Passed on so much later, whether its client still waits or not. */
  holdRequestMs?: number;
  /** Never passed on. */
  isDropped?: boolean;
  /** The answer is passed on so much later. */
  holdReplyMs?: number;
  /** The connection is cut in place of the answer. */
  isCut?: boolean;
  /** Whether the service learns that the client has hung up; a buffering proxy does not pass that on. */
  passesHangUpOn?: boolean;
  /** The URL of the instance that gets it. */
  to: string;
}

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function pass(request: IncomingMessage, response: ServerResponse, fate: Fate): Promise<void> {
  const body = await readAll(request);
  await sleep(fate.holdRequestMs ?? 0);
  if (fate.isDropped) return void request.socket.destroy();
  const { method, headers, url } = request;
  const upstream = send(new URL(url!, fate.to), { method, headers: { ...headers, 'content-length': body.length } });
  if (fate.passesHangUpOn) response.once('close', () => upstream.destroy());
  upstream.end(body);
  const [answer] = (await once(upstream, 'response')) as [IncomingMessage];
  const text = await readAll(answer);
  await sleep(fate.holdReplyMs ?? 0);
  if (fate.isCut) return void request.socket.destroy();
  response.writeHead(answer.statusCode!, answer.headers).end(text);
}

/** An HTTP proxy that delays, cuts and reorders as it is asked to for each request. What it cannot pass on, it cuts. */
export async function startFaultyProxy(
  chooseFate: (request: IncomingMessage) => Fate,
): Promise<{ url: string; settled: () => Promise<void>; stop: () => void }> {
  const passing = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const passed = pass(request, response, chooseFate(request)).catch(() => void request.socket.destroy());
    passing.add(passed);
    void passed.finally(() => passing.delete(passed));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    settled: async () => void (await Promise.all(passing)),
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
