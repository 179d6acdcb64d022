import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { version } from '../../../package.json';
import { COMMAND_LINE, commandLine, commandLineProcess } from '../../support/command-line.js';
import { createTestDatabase, onEachEngine } from '../../support/engines.js';
import { serviceOn, type Service } from '../../support/service.js';

const LIST = '{ expressCustomers(first: 1) { nodes { id } } }';
const SEEN_WITHIN_MS = 5_000;

onEachEngine((engine) => {
  it('makes a clinic and keys that the service then knows, lists them without secrets, rotates and revokes', async () => {
    const place = await createTestDatabase(engine);
    const run = commandLine(place);
    const json = async (...args: string[]) => {
      const { exitCode, stdout, stderr } = await run(...args, '--json');
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      return JSON.parse(stdout);
    };
    const { clinicId } = await json('clinics', 'create', 'Clinic of a test');
    expect(await json('clinics', 'list')).toEqual([
      { clinicId, name: 'Clinic of a test', createdAt: expect.stringMatching(/Z$/) },
    ]);
    expect(await run('clinics', 'create', 'The same again', '--id', clinicId)).toMatchObject({
      exitCode: 1,
      stderr: `A clinic with the id ${clinicId} exists already.\n`,
    });
    const ofClinic = ['--clinic', clinicId];
    const first = await json('keys', 'create', ...ofClinic, '--scope', 'express:read', '--expires', '30d');
    const second = await json('keys', 'rotate', first.apiKeyId, ...ofClinic, '--overlap', '24h', '--expires', 'never');
    const third = await json('keys', 'create', ...ofClinic, '--scope', 'express:read', '--scope', 'express:write');
    await json('keys', 'revoke', third.apiKeyId, ...ofClinic);
    const listed = await run('keys', 'list', ...ofClinic, '--json');
    const states = JSON.parse(listed.stdout).map(({ apiKeyId, state, scopes }: any) => ({ apiKeyId, state, scopes }));
    expect(states).toEqual([
      { apiKeyId: first.apiKeyId, state: 'active', scopes: ['express:read'] },
      { apiKeyId: second.apiKeyId, state: 'active', scopes: ['express:read'] },
      { apiKeyId: third.apiKeyId, state: 'revoked', scopes: ['express:read', 'express:write'] },
    ]);
    const tableOf = await run('keys', 'list', ...ofClinic);
    for (const { token } of [first, second, third])
      expect(listed.stdout + tableOf.stdout).not.toContain(token.slice(48));
    const service = await serviceOn(place);
    const statuses = [];
    for (const key of [first, second, third]) statuses.push((await service.graphql(key, LIST)).status);
    await service.stop();
    expect(statuses).toEqual([200, 200, 401]);
  });
});

describe('on postgresql', () => {
  it('a key revoked on the command line is refused by two instances in under 5 s', async () => {
    const place = await createTestDatabase('postgresql');
    const instances: Service[] = [await serviceOn(place), await serviceOn(place)];
    const clinic = await instances[0]!.newClinic();
    const statuses = () => Promise.all(instances.map(async (one) => (await one.graphql(clinic, LIST)).status));
    expect(await statuses()).toEqual([200, 200]);
    const keepTrusted = setInterval(() => void statuses().catch(() => undefined), 100);
    const { stdout } = await commandLine(place)(
      'keys',
      'revoke',
      clinic.apiKeyId,
      '--clinic',
      clinic.clinicId,
      '--json',
    );
    clearInterval(keepTrusted);
    const revokedAt = new Date(JSON.parse(stdout).revokedAt).getTime();
    // The last call that was still accepted counts from its beginning: how long a busy machine takes for it says nothing.
    let acceptedUntil = 0;
    for (let began = 0; began < 3 * SEEN_WITHIN_MS; await sleep(50)) {
      began = Date.now() - revokedAt;
      if (!(await statuses()).includes(200)) break;
      acceptedUntil = began;
    }
    const after = await statuses();
    for (const instance of instances) await instance.app.stop();
    await place.remove();
    expect(after).toEqual([401, 401]);
    expect(acceptedUntil).toBeLessThan(SEEN_WITHIN_MS);
  });

  it('brings the schema up, lists what is applied, and reverts only with --yes', async () => {
    const place = await createTestDatabase('postgresql');
    const run = commandLine(place);
    expect(await run('migrate', 'down')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--yes') });
    expect((await run('migrate', 'status')).stdout).not.toContain('pending');
    expect((await run('migrate', 'down', '--yes')).exitCode).toBe(0);
    expect((await run('migrate', 'status')).stdout.match(/pending/g)).toHaveLength(1);
    expect((await run('migrate', 'up')).stdout).toMatch(/up to date.*\nran \w+/);
    await place.remove();
  });

  it('ends with 1 and says what to do when there is no such clinic, key or database', async () => {
    const place = await createTestDatabase('postgresql');
    const run = commandLine(place);
    const ofNobody = ['--clinic', randomUUID()];
    expect(await run('keys', 'list', ...ofNobody)).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining('clinics create'),
    });
    const { clinicId } = JSON.parse((await run('clinics', 'create', 'A clinic of a test', '--json')).stdout) as {
      clinicId: string;
    };
    for (const [of, says] of [
      [ofNobody, 'There is no clinic'],
      [['--clinic', clinicId], 'There is no such API key'],
    ] as const) {
      const unknown = await run('keys', 'revoke', randomUUID(), ...of);
      expect(unknown).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(says) });
    }
    await place.remove();
    const nowhere = await commandLineProcess({ databaseUrl: 'postgres://127.0.0.1:1/x', dataDir: '' })(
      'clinics',
      'list',
    );
    expect(nowhere).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^No database answers at DATABASE_URL/),
    });
  });
});

it.each([
  [[], /Usage: avara-express/],
  [['keys'], /Usage: avara-express keys/],
  [['nonsense'], /unknown command/],
  [['keys', 'list'], /--clinic/],
  [['keys', 'list', '--clinic', 'nonsense'], /UUID/],
  [['keys', 'create', '--clinic', randomUUID(), '--scope', 'express:all'], /express:read, express:write/],
  [['keys', 'create', '--clinic', randomUUID(), '--scope', 'express:read', '--expires', 'soon'], /24h/],
  [
    ['keys', 'create', '--clinic', randomUUID(), '--scope', 'express:read', '--expires', '2030-02-30T12:00:00Z'],
    /exists/,
  ],
  [
    ['keys', 'create', '--clinic', randomUUID(), '--scope', 'express:read', '--expires', '2030-01-31T24:00:00Z'],
    /exists/,
  ],
  [['keys', 'rotate', randomUUID(), '--clinic', randomUUID()], /--overlap/],
])('ends with 2 and says how to call it: %j', async (args: string[], says: RegExp) => {
  const { exitCode, stdout, stderr } = await commandLine({ databaseUrl: '', dataDir: '/nowhere' })(...args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(says);
});

it('works on the embedded engine while the service is stopped, and says who holds the data while it runs', async () => {
  const place = await createTestDatabase('embedded');
  const service = await serviceOn(place);
  const whileItRuns = await commandLineProcess(place)('clinics', 'list');
  await service.app.stop();
  const whileItIsStopped = await commandLineProcess(place)('clinics', 'list');
  await place.remove();
  expect(whileItRuns).toMatchObject({ exitCode: 1, stdout: '' });
  expect(whileItRuns.stderr).toContain(`is in use by process ${process.pid}`);
  expect(whileItRuns.stderr).toContain('Stop that process');
  expect(whileItIsStopped).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Demo clinic') });
});

it('explains itself without colours and without a database', async () => {
  const { exitCode, stdout, stderr } = await commandLineProcess({ databaseUrl: '', dataDir: '/nowhere' })(
    'keys',
    'create',
    '--help',
  );
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toContain('--scope');
  expect(stdout).not.toContain('\u001b');
});

it('prints its version', async () => {
  const { exitCode, stdout } = await commandLine({ databaseUrl: '', dataDir: '' })('--version');
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${version}\n` });
});

it('says what to do on a folder that no service has started on yet', async () => {
  const place = await createTestDatabase('embedded');
  const dataDir = join(place.dataDir, 'new');
  const { exitCode, stderr } = await commandLineProcess({ databaseUrl: '', dataDir })('clinics', 'list');
  await place.remove();
  expect(stderr).toBe('The database lacks the schema of this version. Run "migrate up", or start the service once.\n');
  expect(exitCode).toBe(1);
});

it('ends quietly when its reader stops early', async () => {
  const child = spawn(process.execPath, [COMMAND_LINE, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const [said, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect({ said, exitCode }).toEqual({ said: '', exitCode: 0 });
});
