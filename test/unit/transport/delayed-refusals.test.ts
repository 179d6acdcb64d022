import { setTimeout as sleep } from 'node:timers/promises';
import { DelayedRefusals } from '../../../src/transport/limits/delayed-refusals.js';

const MAX_WAITING = 1_000;

function refusalsAt(use: number) {
  const refusals = new DelayedRefusals(() => use);
  refusals.sample();
  let given = 0;
  return { refuse: () => refusals.run(() => (given += 1)), given: () => given };
}

it('gives a refusal immediately while the processor has time', () => {
  const { refuse, given } = refusalsAt(0.5);
  refuse();
  expect(given()).toBe(1);
});

it('delays refusals while the processor is the limit, gives each one, and lets no more than 1,000 wait', async () => {
  const { refuse, given } = refusalsAt(0.99);
  for (let n = 0; n < MAX_WAITING; n += 1) refuse();
  expect(given()).toBe(0);
  refuse();
  expect(given()).toBe(1);
  while (given() <= MAX_WAITING) await sleep(20);
  expect(given()).toBe(MAX_WAITING + 1);
  refuse();
  expect(given()).toBe(MAX_WAITING + 1);
});
