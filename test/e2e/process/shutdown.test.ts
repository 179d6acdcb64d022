import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createTestDatabase, type TestDatabase } from '../../support/engines.js';
import { connectTo } from '../../support/clients/raw-http.js';
import { startServerProcess, type ServerProcess } from '../../support/server-process.js';

// Ten megabytes: more than the operating system takes for a reader that waits.
const LARGE = 'GET /assets/graphiql.js HTTP/1.1\r\nhost: localhost\r\n\r\n';

let place: TestDatabase;
let running: ServerProcess | undefined;
beforeEach(async () => {
  place = await createTestDatabase('embedded');
  running = await startServerProcess({ environment: { DATA_DIR: place.dataDir, DRAIN_MS: '0' } });
});
afterEach(async () => {
  await running?.end('SIGKILL');
  await place.remove();
});

/** Asks for a large answer and reads its first bytes. */
async function beginToRead(): Promise<{ socket: Socket; first: Buffer }> {
  const socket = await connectTo(running!.url);
  socket.write(LARGE);
  const [first] = (await once(socket, 'data')) as [Buffer];
  socket.pause();
  return { socket, first };
}

const lengthOf = (first: Buffer): number => {
  const text = first.toString('latin1');
  return text.indexOf('\r\n\r\n') + 4 + Number(/content-length: (\d+)/i.exec(text)![1]);
};

it('finishes an answer that is on its way at SIGTERM, closes idle connections, and ends with 0', async () => {
  const idle = await connectTo(running!.url);
  idle.resume();
  const idleClosed = once(idle, 'close');
  const { socket, first } = await beginToRead();
  const ended = running!.end('SIGTERM');
  await idleClosed;
  let received = first.length;
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
    socket.pause();
    setTimeout(() => socket.resume(), 1);
  });
  socket.resume();
  await once(socket, 'close');
  expect(received).toBe(lengthOf(first));
  expect((await ended).code).toBe(0);
});

it('cuts off an answer that nobody fetches before 9 s have passed, and ends with 1', async () => {
  const { socket } = await beginToRead();
  const { code, ms } = await running!.end('SIGTERM');
  expect(code).toBe(1);
  expect(ms).toBeGreaterThan(8_000);
  expect(running!.output()).toContain('cut off answers');
  socket.destroy();
});
