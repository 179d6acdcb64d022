import { MAX_READ_BYTES, ReadBudget } from '../../../src/shared/concurrency/read-budget.js';

it('a request may read as many bytes as it is allowed, and not one more, whatever rows they come in', () => {
  const budget = new ReadBudget();
  budget.spend([1, MAX_READ_BYTES - 1], (bytes) => bytes);
  expect(budget.bytes).toBe(MAX_READ_BYTES);
  expect(budget.signal.aborted).toBe(false);
  expect(() => budget.spend([1], (bytes) => bytes)).toThrow('10 MB');
  expect(budget.signal.aborted).toBe(true);
});
