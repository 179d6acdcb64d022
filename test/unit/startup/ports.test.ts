import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { readConfig } from '../../../src/config/config.js';
import { explainListenError, requireFreePorts } from '../../../src/startup/ports.js';
import { freePort } from '../../support/servers/postgres-server.js';

let taken: Server;
let port: number;
beforeAll(async () => {
  taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  ({ port } = taken.address() as AddressInfo);
});
afterAll(() => taken.close());

const refusalOf = async (environment: NodeJS.ProcessEnv): Promise<string> =>
  requireFreePorts(readConfig(environment)).then(
    () => 'free',
    (error: Error) => `${error.name}: ${error.message}`,
  );

it('names the variable of the port that is taken, and no other', async () => {
  const first = await refusalOf({ PORT: String(port) });
  expect(first).toContain(`ListenError: Port ${port} on 127.0.0.1 is taken. Set PORT to another one`);
  expect(first).not.toContain('METRICS_PORT');
  const second = await refusalOf({ PORT: String(await freePort()), METRICS_PORT: String(port) });
  expect(second).toContain(`ListenError: Port ${port} on 127.0.0.1 is taken. Set METRICS_PORT to another one`);
});

it('gives the ports back that it has tried', async () => {
  const environment = { PORT: String(await freePort()), METRICS_PORT: String(await freePort()) };
  expect(await refusalOf(environment)).toBe('free');
  expect(await refusalOf(environment)).toBe('free');
});

it.each([
  ['192.0.2.1', 'This machine does not have the address 192.0.2.1. Set HOST'],
  ['name.invalid', 'No address is known for the name name.invalid. Set HOST'],
])('says of HOST=%s what is wrong', async (HOST, words) => {
  expect(await refusalOf({ HOST, PORT: String(await freePort()) })).toContain(`ListenError: ${words}`);
});

it.each(['PORT', 'METRICS_PORT'] as const)(
  'says that %s is below 1024, where the user may not listen there',
  (name) => {
    const error = Object.assign(new Error('listen EACCES: permission denied 0.0.0.0:80'), { code: 'EACCES' });
    expect((explainListenError(error, name, 80, '0.0.0.0') as Error).message).toBe(
      `This user may not listen on port 80. Set ${name} to a port above 1023. (${error.message})`,
    );
  },
);
