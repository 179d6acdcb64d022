import { ConcurrencyLimit } from '../../../src/transport/limits/concurrency-limit.js';

const LIMITS = { concurrency: 512, meanLatencyMs: 400 };

/** Half a second in which so many requests were at work at most, and each that left took so long. @returns the limit then. */
function interval(limit: ConcurrencyLimit, atWork: number, tookMs: number): number {
  limit.enter(atWork);
  for (let request = 0; request < 10; request += 1) limit.leave(tookMs);
  limit.adapt();
  return limit.current;
}

/** A database that gets so many done a second: a request waits for all before it. */
const waitMs = (atWork: number, perSecond: number): number => (atWork / perSecond) * 1_000;

describe('the concurrency limit', () => {
  it('starts at the most, and stays there while requests are quick', () => {
    const limit = new ConcurrencyLimit(LIMITS);
    expect(limit.current).toBe(512);
    expect(interval(limit, 1, 40)).toBe(512);
    expect(interval(limit, 512, 60)).toBe(512);
  });

  it.each([200, 400, 1_000])('admits, of many requests, as many as %d per second complete in time', (perSecond) => {
    const limit = new ConcurrencyLimit(LIMITS);
    for (let turn = 0; turn < 20; turn += 1) interval(limit, limit.current, waitMs(limit.current, perSecond));
    expect(limit.current).toBeGreaterThan(perSecond * 0.4 - 5);
    expect(waitMs(limit.current, perSecond)).toBeLessThanOrEqual(401);
  });

  it('computes before many requests come how many the database completes in time', () => {
    expect(interval(new ConcurrencyLimit(LIMITS), 64, waitMs(64, 400))).toBe(160);
  });

  it('takes few at work not to wait for each other', () => {
    expect(interval(new ConcurrencyLimit(LIMITS), 1, 100)).toBe(256);
  });

  it('keeps room for the pool and its batches, however slow the database', () => {
    expect(interval(new ConcurrencyLimit(LIMITS), 512, 4_000)).toBe(64);
  });

  it('never passes the most', () => {
    expect(interval(new ConcurrencyLimit({ ...LIMITS, concurrency: 4 }), 4, 4_000)).toBe(4);
  });

  it('is back at the most within half a second once requests are quick again', () => {
    const limit = new ConcurrencyLimit(LIMITS);
    interval(limit, 512, 4_000);
    expect(interval(limit, 64, 20)).toBe(512);
  });

  it('recovers by itself where nothing ends, since nothing is measured then', () => {
    const limit = new ConcurrencyLimit(LIMITS);
    expect(interval(limit, 512, 4_000)).toBe(64);
    limit.adapt();
    expect(limit.current).toBeGreaterThan(64);
    for (let turn = 0; turn < 60; turn += 1) limit.adapt();
    expect(limit.current).toBe(512);
  });

  it('stays at the most where nothing ends, and where the time is unlimited', () => {
    const limit = new ConcurrencyLimit(LIMITS);
    limit.enter(512);
    limit.adapt();
    expect(limit.current).toBe(512);
    expect(interval(new ConcurrencyLimit({ ...LIMITS, meanLatencyMs: Infinity }), 10, 4_000)).toBe(512);
  });
});
