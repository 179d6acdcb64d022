import { ReadBudget } from '../../../src/shared/concurrency/read-budget.js';
import type { HttpRequestContext } from '../../../src/transport/context.js';
import { LargeAnswers } from '../../../src/transport/limits/large-answers.js';

const MB = 1_000_000;

function newAnswers() {
  const charges: [string, number][] = [];
  const answers = new LargeAnswers(({ actor }, points) => {
    charges.push([(actor as { apiKeyId: string }).apiKeyId, points]);
    return undefined;
  });
  const begin = (apiKeyId: string) => {
    const actor = { kind: 'api-key', apiKeyId, clinicId: 'c', scopes: [] };
    const ends: (() => void)[] = [];
    const context = { actor, outcome: {}, ends } as unknown as HttpRequestContext;
    const budget = answers.createBudget(context);
    return { read: (bytes: number) => budget.spend([bytes], Number), end: () => ends.forEach((end) => end()) };
  };
  return { begin, charges };
}

const codeOf = (action: () => void): string | undefined => {
  try {
    action();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return undefined;
};

it('refuses an answer that reads more than 10 MB, in one step or in many', () => {
  const { begin } = newAnswers();
  expect(codeOf(() => begin('a').read(10 * MB + 1))).toBe('QUERY_TOO_COMPLEX');
  const { read } = begin('a');
  for (let n = 0; n < 10; n += 1) read(MB);
  expect(codeOf(() => read(1))).toBe('QUERY_TOO_COMPLEX');
});

it('leaves room for other credentials when one holds many large answers, and always one answer per credential', () => {
  const { begin } = newAnswers();
  const outcomes = Array.from({ length: 10 }, () => codeOf(() => begin('greedy').read(9 * MB)));
  expect(outcomes.filter((code) => code === undefined)).toHaveLength(4);
  expect(new Set(outcomes)).toEqual(new Set([undefined, 'SERVICE_UNAVAILABLE']));
  for (let n = 0; n < 20; n += 1) expect(codeOf(() => begin(`other ${n}`).read(9 * MB))).toBeUndefined();
});

it('frees what an answer held once it has been sent, and charges a point per KB', () => {
  const { begin, charges } = newAnswers();
  for (let n = 0; n < 20; n += 1) {
    const answer = begin('a');
    answer.read(4 * MB);
    answer.read(5 * MB);
    answer.end();
  }
  expect(charges).toEqual(Array.from({ length: 20 }, () => ['a', Math.ceil((9 * MB) / 1_024)]));
});

it('neither holds nor charges for small answers', () => {
  const { begin, charges } = newAnswers();
  for (let n = 0; n < 1_000; n += 1) {
    const answer = begin('a');
    answer.read(256 * 1_024);
    answer.end();
  }
  expect(charges).toEqual([]);
});

it('aborts what a request still waits for once its budget is spent', () => {
  const budget = new ReadBudget();
  const { signal } = budget;
  expect(signal.aborted).toBe(false);
  expect(codeOf(() => budget.spend([11 * MB], Number))).toBe('QUERY_TOO_COMPLEX');
  expect(signal.reason).toMatchObject({ code: 'QUERY_TOO_COMPLEX' });
  expect(budget.signal).toBe(signal);
});
