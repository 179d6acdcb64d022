import { setTimeout as sleep } from 'node:timers/promises';
import { PointCounter } from '../../../src/transport/limits/point-counter.js';

it('adds up the points of each credential by itself, and says how long its window still lasts', () => {
  const counter = new PointCounter(10_000);
  expect(counter.add('a', 3)).toMatchObject({ points: 3 });
  expect(counter.add('b', 1)).toMatchObject({ points: 1 });
  const { points, msLeft } = counter.add('a', 4);
  expect(points).toBe(7);
  expect(msLeft).toBeGreaterThan(0);
  expect(msLeft).toBeLessThanOrEqual(10_000);
});

it('begins a new window after the last one ended, and forgets the credentials whose windows have ended', async () => {
  const counter = new PointCounter(20);
  for (let n = 0; n < 50; n += 1) counter.add(`stranger ${n}`, 1);
  counter.add('a', 5);
  await sleep(40);
  expect(counter.add('a', 2)).toMatchObject({ points: 2 });
  expect(counter.size).toBe(1);
});
