import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import type { HttpRequestContext } from '../../../src/transport/context.js';
import { rateLimit } from '../../../src/transport/limits/rate-limit.js';
import { SharedRedis } from '../../../src/transport/limits/redis.js';

/** Accepts connections and answers as Redis does until it is known to be ready; after that it reads and says nothing. */
class SilentServer {
  commands = 0;
  private isSilent = false;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (data) => this.hear(socket, data.toString()));
    });
  }

  private hear(socket: Socket, text: string): void {
    const commands = [...text.matchAll(/^\*\d+\r\n\$\d+\r\n(\w+)/gm)].map(([, name]) => name!.toLowerCase());
    this.commands += commands.length;
    if (this.isSilent) return;
    for (const name of commands) socket.write(name === 'info' ? '$9\r\nloading:0\r\n' : '+OK\r\n');
    this.isSilent = commands.includes('info');
  }

  static async start(): Promise<SilentServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new SilentServer(server);
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}

const messages: string[] = [];
const log = pino(
  new Writable({
    write: (line: Buffer, _encoding, done) => {
      messages.push((JSON.parse(line.toString()) as { msg: string }).msg);
      done();
    },
  }),
);

const callerOf = (apiKeyId: string) =>
  ({ actor: { kind: 'api-key', apiKeyId, clinicId: 'c', scopes: [] }, outcome: {} }) as unknown as HttpRequestContext;

const RETRY_AFTER_MS = 300;
const LIMIT = 200;

it('counts alone while Redis hangs: after a command without an answer only the one that asks again is sent', async () => {
  const server = await SilentServer.start();
  const redis = new SharedRedis(server.url, log, RETRY_AFTER_MS);
  try {
    await once(redis.client, 'ready');
    const spend = rateLimit(LIMIT, redis);
    const caller = callerOf('hangs');
    const before = server.commands;
    await spend(caller, 1);
    const sentByFirst = server.commands - before;
    expect(messages).toEqual([expect.stringMatching(/^Redis is away/)]);
    for (let n = 1; n < 100; n += 1) await spend(caller, 1);
    expect(caller.outcome.allowance).toMatchObject({ limit: LIMIT, remaining: LIMIT - 100 });
    await sleep(RETRY_AFTER_MS);
    for (let n = 0; n < 100; n += 1) await spend(caller, 1);
    // Each time that it is asked again is one PING, 300 ms apart at least; 199 calls would have sent 199 commands.
    expect(server.commands - before - sentByFirst).toBeLessThan(20);
    await expect(spend(caller, 1)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(messages).toHaveLength(1);
  } finally {
    redis.disconnect();
    await server.stop();
  }
});
