import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createExpressCustomer, deactivateExpressCustomer } from '../../../src/customer/use-cases/index.js';
import { onEachEngine, type TestDatabase } from '../../support/engines.js';
import { COMMAND_LINE, commandLine, environmentOf } from '../../support/command-line.js';
import { newClinic, type Clinic } from '../../support/service.js';
import { openWorld, type Caller, type World } from '../../support/world.js';

const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const positionsOf = (text: string) => linesOf(text).map(({ position }) => position);

async function prepare(world: World): Promise<{ clinic: Clinic; caller: Caller }> {
  const clinic = await newClinic(world.dataSource);
  return { clinic, caller: world.newCaller({ clinicId: clinic.clinicId }) };
}
const create = async (caller: Caller, expressCustomerName = 'Printed') =>
  (await createExpressCustomer(caller, { expressCustomerName })).expressCustomerId;

onEachEngine((engine) => {
  let place: TestDatabase;
  let clinic: Clinic;
  let ids: string[];
  beforeAll(async () => {
    const world = await openWorld(engine, async (made) => void (place = made));
    const prepared = await prepare(world);
    ({ clinic } = prepared);
    ids = [];
    for (let n = 0; n < 105; n += 1) ids.push(await create(prepared.caller, 'A\u2028B'));
    await deactivateExpressCustomer(prepared.caller, { expressCustomerId: ids[3]! });
    await world.stop();
  });
  afterAll(() => place.remove());

  const events = (...args: string[]) =>
    commandLine(place)('events', '--clinic', clinic.clinicId, '--key', clinic.apiKeyId, ...args);

  it('events prints all changes in order, a line of JSON each, and goes on after the cursor of any of them', async () => {
    const all = await events();
    expect(all).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/^Continue with --after [\w-]+\n$/) });
    const lines = linesOf(all.stdout);
    expect(lines.map(({ position }) => position)).toEqual(Array.from({ length: 106 }, (_, n) => n + 1));
    expect(lines[105]).toMatchObject({ type: 'express_customer.deactivated', expressCustomerId: ids[3], version: 2 });
    expect(all.stdout).not.toContain('\u2028');
    const rest = await events('--after', lines[103]!.cursor as string);
    expect(positionsOf(rest.stdout)).toEqual([105, 106]);
    expect(rest.stderr).toBe(all.stderr);
    const nothing = await events('--after', all.stderr.trim().split(' ').at(-1)!);
    expect(nothing).toEqual({ exitCode: 0, stdout: '', stderr: all.stderr });
  });

  it('events prints the changes of some types or of one customer', async () => {
    expect(positionsOf((await events('--type', 'express_customer.deactivated')).stdout)).toEqual([106]);
    expect(positionsOf((await events('--customer', ids[3]!)).stdout)).toEqual([4, 106]);
  });

  it.each([
    [['--after', 'no cursor'], 'Not a cursor of this list'],
    [['--type', 'created'], 'There is no such type: the types are express_customer.created,'],
  ])('events explains what is wrong with %j', async (args, message) => {
    expect(await events(...args)).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining(message) });
  });
});

describe('events --follow', () => {
  let world: World;
  let place: TestDatabase;
  let clinic: Clinic;
  let caller: Caller;
  beforeAll(async () => {
    world = await openWorld('postgresql', async (made) => void (place = made));
  });
  beforeEach(async () => {
    ({ clinic, caller } = await prepare(world));
  });
  afterAll(() => world.close());

  function follow(...args: string[]) {
    const child = spawn(
      process.execPath,
      [COMMAND_LINE, 'events', '--follow', '--clinic', clinic.clinicId, '--key', clinic.apiKeyId, ...args],
      { env: environmentOf(place), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const next = async () => JSON.parse((await lines.next()).value as string) as { position: number; cursor: string };
    return { child, next, stderr: () => stderr, exit: once(child, 'exit') };
  }

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'prints what is written meanwhile, ends with 0 on %s, and is continued',
    async (signal) => {
      await create(caller);
      const first = follow();
      expect((await first.next()).position).toBe(1);
      await create(caller);
      const { position, cursor } = await first.next();
      expect(position).toBe(2);
      first.child.kill(signal);
      expect(await first.exit).toEqual([0, null]);
      expect(first.stderr()).toBe(`Continue with --after ${cursor}\n`);
      await create(caller);
      const second = follow('--after', cursor);
      expect((await second.next()).position).toBe(3);
      second.child.kill('SIGKILL');
      await second.exit;
    },
  );

  it('ends with 0 when its reader has gone', async () => {
    await create(caller);
    const { child, next, exit, stderr } = follow();
    await next();
    child.stdout.destroy();
    await create(caller);
    expect(await exit).toEqual([0, null]);
    expect(stderr()).toBe('');
  });

  it('waits for a database that ends its sessions, and repeats and leaves out nothing', async () => {
    await create(caller);
    const { child, next, exit } = follow();
    expect((await next()).position).toBe(1);
    await world.dataSource.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await create(caller).catch(() => create(caller));
    expect((await next()).position).toBe(2);
    child.kill('SIGINT');
    expect(await exit).toEqual([0, null]);
  });
});
