import { ConcurrencyLimit } from '../../src/transport/limits/concurrency-limit.js';

const LIMITS = { concurrency: 512, meanLatencyMs: 600 };
const INTERVAL_MS = 500;

/** Half a second in which so many requests left, each after so long. @returns what the limit is then. */
function interval(limit: ConcurrencyLimit, requests: number, tookMs: number): number {
  for (let request = 0; request < requests; request += 1) limit.count(tookMs);
  limit.adapt(INTERVAL_MS);
  return limit.current;
}

/** A database that gets so many done a second, with more callers than are let in. @returns how long each waits in the end. */
function settled(limit: ConcurrencyLimit, perSecond: number): number {
  let tookMs = (limit.current / perSecond) * 1_000;
  for (let turn = 0; turn < 20; turn += 1) {
    interval(limit, (perSecond * INTERVAL_MS) / 1_000, tookMs);
    tookMs = (limit.current / perSecond) * 1_000;
  }
  return tookMs;
}

describe('the concurrency limit', () => {
  it('starts at the most, and stays there while requests are quick', () => {
    const limit = new ConcurrencyLimit(LIMITS);
    expect(limit.current).toBe(512);
    expect(interval(limit, 1_000, 20)).toBe(512);
  });

  it('falls to what the database gets done in two thirds of the time allowed', () => {
    expect(interval(new ConcurrencyLimit(LIMITS), 200, 1_000)).toBe(160);
  });

  it.each([200, 400, 800])('lets nobody wait longer than allowed where %d get done a second', (perSecond) => {
    expect(settled(new ConcurrencyLimit(LIMITS), perSecond)).toBeLessThan(600);
  });

  it('keeps room for the pool and its batches, however slow the database', () => {
    expect(interval(new ConcurrencyLimit(LIMITS), 1, 4_000)).toBe(64);
  });

  it('never passes the most', () => {
    expect(interval(new ConcurrencyLimit({ ...LIMITS, concurrency: 4 }), 1, 4_000)).toBe(4);
    expect(interval(new ConcurrencyLimit(LIMITS), 100_000, 700)).toBe(512);
  });

  it('is back at the most within five half seconds once requests are quick again', () => {
    const limit = new ConcurrencyLimit(LIMITS);
    interval(limit, 1, 4_000);
    const after = [1, 2, 3, 4, 5].map(() => interval(limit, 100, 20));
    expect(after).toEqual([128, 256, 512, 512, 512]);
  });

  it('stays where nothing gets done, and where the time is unlimited', () => {
    expect(interval(new ConcurrencyLimit(LIMITS), 0, 0)).toBe(512);
    expect(interval(new ConcurrencyLimit({ ...LIMITS, meanLatencyMs: Infinity }), 10, 4_000)).toBe(512);
  });
});
