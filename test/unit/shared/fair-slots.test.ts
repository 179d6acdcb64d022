import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { FairSlots, type FairSlotsOptions, type Lane } from '../../../src/shared/concurrency/fair-slots.js';

const lanesOf = (total: number, perTenant: number, alone = perTenant): FairSlotsOptions['lanes'] => ({
  short: { total, perTenant, alone },
  long: { total: Math.max(1, total - 1), perTenant, alone },
});

const OPTIONS: FairSlotsOptions = { total: 4, lanes: lanesOf(4, 2), maxWaiting: 100, maxWaitMs: 60_000 };
const ONE_PER_TENANT = { ...OPTIONS, lanes: lanesOf(4, 1) };
const ONE_SLOT = { ...OPTIONS, total: 1, lanes: lanesOf(1, 2) };

let endAll: () => void;

/** Work that ends when it is ended, at the latest with its test, and what has begun so far. */
function newWork(slots: FairSlots) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  let isOver = false;
  endAll = () => {
    isOver = true;
    for (const end of ends.values()) end();
  };
  return {
    begun,
    start: (name: string, tenant: string, lane: Lane = 'long', signal?: AbortSignal) =>
      slots.run(
        tenant,
        lane,
        () => {
          begun.push(name);
          return isOver ? Promise.resolve() : new Promise<void>((resolve) => ends.set(name, resolve));
        },
        signal,
      ),
    end: async (name: string) => {
      ends.get(name)!();
      // What waits starts in the next turn of the event loop; so does what waits for work that is dropped.
      for (let turns = 0; turns < 4; turns += 1) await nextTurn();
    },
  };
}

describe('slots that tenants share', () => {
  afterEach(() => endAll?.());

  it('run immediately what has room, without waiting for the event loop', () => {
    const { begun, start } = newWork(new FairSlots(OPTIONS));
    void start('a1', 'a');
    expect(begun).toEqual(['a1']);
  });

  it('leave room to others however much one tenant asks for', () => {
    const { begun, start } = newWork(new FairSlots(OPTIONS));
    for (let n = 1; n <= 50; n += 1) void start(`a${n}`, 'a');
    void start('b1', 'b');
    expect(begun).toEqual(['a1', 'a2', 'b1']);
  });

  it('count what waits for one, until it has started or has waited for too long', async () => {
    const slots = new FairSlots({ ...ONE_PER_TENANT, maxWaitMs: 300 });
    const { start, end } = newWork(slots);
    void start('a1', 'a');
    const second = start('a2', 'a');
    expect(slots.waiting).toBe(1);
    await expect(second).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(slots.waiting).toBe(0);
    const third = start('a3', 'a');
    expect(slots.waiting).toBe(1);
    await end('a1');
    expect(slots.waiting).toBe(0);
    await end('a3');
    await third;
  });

  it('may be occupied by one tenant beyond its share only while it is alone', async () => {
    const { begun, start, end } = newWork(new FairSlots({ ...OPTIONS, lanes: lanesOf(4, 1, 2) }));
    for (let n = 1; n <= 5; n += 1) void start(`a${n}`, 'a');
    expect(begun).toEqual(['a1', 'a2']);
    void start('b1', 'b');
    await end('a1');
    expect(begun).toEqual(['a1', 'a2', 'b1']);
    await end('b1');
    await end('a2');
    expect(begun).toEqual(['a1', 'a2', 'b1', 'a3', 'a4']);
  });

  it('go to the waiting tenants in rotation, and within a tenant in the order of the calls', async () => {
    const { begun, start, end } = newWork(new FairSlots({ ...ONE_SLOT, lanes: lanesOf(1, 1) }));
    for (const name of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) void start(name, name[0]!);
    for (const name of ['a1', 'b1', 'c1', 'a2', 'b2']) await end(name);
    expect(begun).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('are never all taken by long work: short work of any tenant finds one', () => {
    const { begun, start } = newWork(new FairSlots(OPTIONS));
    for (const tenant of ['a', 'b', 'c']) for (const n of [1, 2, 3]) void start(`${tenant}${n}`, tenant);
    void start('d1', 'd', 'short');
    expect(begun).toEqual(['a1', 'a2', 'b1', 'd1']);
  });

  it('are given to short and long work by turns', async () => {
    const { begun, start, end } = newWork(new FairSlots(ONE_SLOT));
    void start('first', 'a', 'short');
    for (const n of [1, 2]) void start(`long ${n}`, 'a', 'long');
    for (const n of [1, 2]) void start(`short ${n}`, 'a', 'short');
    for (let n = 0; n < 4; n += 1) await end(begun.at(-1)!);
    expect(begun.slice(1).sort()).toEqual(['long 1', 'long 2', 'short 1', 'short 2']);
    expect(begun.slice(1).map((name) => name.slice(0, 4))).not.toEqual(['long', 'long', 'shor', 'shor']);
    expect(begun.slice(1).map((name) => name.slice(0, 4))).not.toEqual(['shor', 'shor', 'long', 'long']);
  });

  it('are free again after work that failed', async () => {
    const slots = new FairSlots(ONE_SLOT);
    await expect(slots.run('a', 'long', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await slots.run('b', 'long', async () => 'done')).toBe('done');
  });

  it('reject with 503 and Retry-After what has waited for too long, and go on with the others', async () => {
    const { begun, start, end } = newWork(new FairSlots({ ...ONE_PER_TENANT, maxWaitMs: 20 }));
    void start('a1', 'a');
    await expect(start('a2', 'a')).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      details: { retryAfter: expect.any(Number) },
    });
    const third = start('a3', 'a');
    await end('a1');
    await end('a3');
    await third;
    expect(begun).toEqual(['a1', 'a3']);
  });

  it('reject immediately what exceeds the number that may wait', async () => {
    const { start } = newWork(new FairSlots({ ...ONE_PER_TENANT, maxWaiting: 2 }));
    for (const n of [1, 2, 3]) void start(`a${n}`, 'a');
    await expect(start('a4', 'a')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  it('are not spent on work whose caller has gone', async () => {
    const { begun, start, end } = newWork(new FairSlots(ONE_PER_TENANT));
    const gone = new AbortController();
    void start('a1', 'a');
    const dropped = start('a2', 'a', 'long', gone.signal);
    void start('a3', 'a');
    gone.abort(new Error('hung up'));
    await Promise.all([end('a1'), expect(dropped).rejects.toThrow('hung up')]);
    expect(begun).toEqual(['a1', 'a3']);
  });

  it('run every call of many tenants exactly once, with never more than their limits running', async () => {
    const slots = new FairSlots(OPTIONS);
    const running = { all: 0, long: 0, a: 0, b: 0, c: 0 };
    let done = 0;
    const call = (tenant: 'a' | 'b' | 'c', lane: Lane) =>
      slots.run(tenant, lane, async () => {
        running.all += 1;
        if (lane === 'long') running.long += 1;
        running[tenant] += 1;
        expect(running.all).toBeLessThanOrEqual(OPTIONS.total);
        expect(running.long).toBeLessThanOrEqual(OPTIONS.lanes.long.total);
        expect(running[tenant]).toBeLessThanOrEqual(2 * OPTIONS.lanes.long.perTenant);
        await sleep(0);
        running.all -= 1;
        if (lane === 'long') running.long -= 1;
        running[tenant] -= 1;
        done += 1;
      });
    const tenants = ['a', 'b', 'c'] as const;
    await Promise.all(
      Array.from({ length: 90 }, (_, n) => call(tenants[n % 3]!, Math.floor(n / 3) % 2 ? 'long' : 'short')),
    );
    expect(done).toBe(90);
  });
});
