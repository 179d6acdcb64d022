import { CreateExpressCustomerInput } from '../../../src/customer/contract/create-express-customer.input.js';
import { AppError, badUserInput } from '../../../src/shared/app-error.js';
import {
  ValidateWith,
  ValidateInput,
  nullable,
  optional,
  validateInstance,
  parseInput,
} from '../../../src/shared/validation.js';

function refusalOf(action: () => unknown): AppError {
  try {
    action();
  } catch (error) {
    return error as AppError;
  }
  throw new Error('it was not refused');
}

const faultsOf = (plain: unknown) =>
  refusalOf(() => parseInput(CreateExpressCustomerInput, plain)).details.fields!.map(({ path, code }) => [
    path.join('.'),
    code,
  ]);

it('makes an instance of the class from a right input', () => {
  const input = parseInput(CreateExpressCustomerInput, { expressCustomerName: 'A', metadata: { a: 'b' } });
  expect(input).toBeInstanceOf(CreateExpressCustomerInput);
  expect(input).toEqual({ expressCustomerName: 'A', metadata: { a: 'b' } });
});

it('names every broken rule of an input together', () => {
  const plain = { expressCustomerName: '', metadata: { a: 1, b: null }, isActive: false };
  expect(faultsOf(plain)).toEqual([
    ['expressCustomerName', 'BLANK'],
    ['metadata.a', 'INVALID'],
    ['metadata.b', 'INVALID'],
    ['isActive', 'UNKNOWN'],
  ]);
});

it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype'])(
  'takes the key %s for an unknown one like any other',
  (key) => {
    const plain: unknown = JSON.parse(`{"expressCustomerName":"A","${key}":{"isAdmin":true}}`);
    expect(faultsOf(plain)).toEqual([[key, 'UNKNOWN']]);
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
  },
);

it.each([null, undefined, 'text', 5, [], [{ expressCustomerName: 'A' }]])('refuses %j, which is no object', (plain) =>
  expect(faultsOf(plain)).toEqual([['', 'INVALID']]),
);

it('shows at most 100 characters of an unknown key and at most 100 faults', () => {
  const plain = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`${'k'.repeat(200)}${index}`, 1]));
  const { fields } = refusalOf(() => parseInput(CreateExpressCustomerInput, plain)).details;
  expect(fields).toHaveLength(100);
  expect(fields![1]!.path[0]).toHaveLength(100);
});

it('checks an instance that somebody else has made', () => {
  const input = Object.assign(new CreateExpressCustomerInput(), { expressCustomerName: '' });
  expect(refusalOf(() => validateInstance(input)).code).toBe('BAD_USER_INPUT');
  expect(() => validateInstance('an id')).not.toThrow();
  expect(() => validateInstance(null)).not.toThrow();
});

const isOne = (value: unknown) => (value === 1 ? [] : [{ path: [], code: 'INVALID' as const, message: 'One it is.' }]);

@ValidateInput<Bounds>(({ low, high }) =>
  high === low ? [{ path: ['high'], code: 'INVALID', message: 'Another one.' }] : [],
)
class Bounds {
  @ValidateWith(optional(isOne))
  low?: number;

  @ValidateWith(nullable(isOne))
  high?: number | null;
}

it('asks the rule of a whole input besides those of its fields, so that one answer names all faults', () => {
  const { fields } = refusalOf(() => parseInput(Bounds, { low: 1, high: 1 })).details;
  expect(fields).toEqual([{ path: ['high'], code: 'INVALID', message: 'Another one.' }]);
  expect(refusalOf(() => parseInput(Bounds, { low: 2, high: 2 })).details.fields).toMatchObject([
    { path: ['low'] },
    { path: ['high'] },
    { path: ['high'], message: 'Another one.' },
  ]);
  expect(parseInput(Bounds, { low: 1, high: null })).toEqual({ low: 1, high: null });
});

it('lets an optional field be absent and a nullable one be null too', () => {
  expect(refusalOf(() => parseInput(Bounds, { low: null })).details.fields).toMatchObject([{ path: ['low'] }]);
  expect(parseInput(Bounds, { high: 1 })).toEqual({ high: 1 });
});

it('says the rule itself when a single one is broken', () => {
  const [one, two] = [1, 2].map((count) => badUserInput(Array.from({ length: count }, () => isOne(0)[0]!)));
  expect(one!.message).toBe('The input breaks a rule: One it is.');
  expect(two!.message).toBe('The input breaks several rules; see fields.');
  expect(one!.status).toBe(400);
});
