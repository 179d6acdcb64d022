import { GraphQLError, GraphQLScalarType, buildASTSchema, parse, type OperationDefinitionNode } from 'graphql';
import { EditExpressCustomerMetadataInput } from '../../../src/customer/contract/edit-express-customer-metadata.input.js';
import { ExpressCustomerFilter } from '../../../src/customer/contract/express-customer.filter.js';
import * as rules from '../../../src/customer/model/rules.js';
import type { AppError } from '../../../src/shared/app-error.js';
import { collectFieldErrors } from '../../../src/shared/app-error.js';
import { parseInput } from '../../../src/shared/validation.js';
import { buildSchema } from '../../../src/transport/graphql/schema.js';
import { findVariableErrors } from '../../../src/transport/graphql/variables.js';

const MANY = 100_000;
const manyKeys = (value: unknown) => Object.fromEntries(Array.from({ length: MANY }, (_, n) => [`key${n}`, value]));

/** A list that counts how many of its entries were looked at. */
function countingList(length: number, entry: unknown): { list: unknown[]; looks: () => number } {
  let looks = 0;
  const list = new Proxy(new Array<unknown>(length).fill(entry), {
    get: (entries, key) => {
      if (typeof key === 'string' && /^\d+$/.test(key)) looks += 1;
      return Reflect.get(entries, key) as unknown;
    },
  });
  return { list, looks: () => looks };
}

function refusalOf(action: () => unknown): AppError {
  try {
    action();
  } catch (error) {
    return error as AppError;
  }
  throw new Error('it was not refused');
}

const { executable: schema } = buildSchema();
const operationOf = (document: string) => parse(document).definitions[0] as OperationDefinitionNode;
const errorsFor = (type: string, value: unknown) =>
  findVariableErrors(schema, operationOf(`query ($value: ${type}) { __typename }`), { value });

describe('a walk through an input ends at as many errors as an answer names', () => {
  it('of any values', () => {
    let asked = 0;
    const errors = collectFieldErrors(Array.from({ length: MANY }), (_, index) => {
      asked += 1;
      return [1, 2, 3].map((part) => ({ path: [index, part], code: 'INVALID', message: 'Wrong.' }));
    });
    expect(errors).toHaveLength(100);
    expect(asked).toBe(34);
  });

  it('of the keys to unset', () => {
    const { list, looks } = countingList(MANY, 0);
    expect(rules.metadataKeys(list)).toHaveLength(101);
    expect(looks()).toBe(100);
  });

  it('of the keys that are set and unset', () => {
    const { list, looks } = countingList(MANY, 'key0');
    const input = { expressCustomerId: 'x', set: { key0: 'v' }, unset: list };
    expect(refusalOf(() => parseInput(EditExpressCustomerMetadataInput, input)).details.fields).toHaveLength(100);
    // Once to find the broken keys and once to name them; once for the rule of both.
    expect(looks()).toBeLessThanOrEqual(2 * MANY + 100);
  });

  it.each([
    ['broken pairs of metadata', { metadata: manyKeys(0) }],
    ['unknown keys', manyKeys(0)],
  ])('of %s', (_title, input) => {
    expect(refusalOf(() => parseInput(ExpressCustomerFilter, input)).details.fields).toHaveLength(100);
  });

  it.each([
    [
      'zeros for strings',
      'EditExpressCustomerMetadataInput',
      { expressCustomerId: 'x', unset: new Array(MANY).fill(0) },
    ],
    ['unknown keys', 'CreateExpressCustomerInput', manyKeys(0)],
    ['unknown keys of a filter', 'ExpressCustomerFilter', manyKeys(0)],
    ['nulls', '[String!]', new Array(MANY).fill(null)],
    ['lists in lists', '[[String!]!]', new Array(MANY).fill([null])],
    ['broken pairs', 'CreateExpressCustomerInput', { expressCustomerName: 'x', metadata: manyKeys(0) }],
  ])('of variables that hold %s', (_title, type, value) => {
    const errors = errorsFor(type, value);
    expect(errors.length).toBeGreaterThanOrEqual(100);
    expect(errors.length).toBeLessThanOrEqual(201);
  });

  it('of all variables of an operation together', () => {
    const definitions = Array.from({ length: 50 }, (_, n) => `$v${n}: [Int!]`).join();
    const variables = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`v${n}`, new Array(99).fill(null)]));
    expect(findVariableErrors(schema, operationOf(`query (${definitions}) { __typename }`), variables)).toHaveLength(
      100,
    );
  });
});

it('asks the type of a variable about no more values than an answer names', () => {
  let asked = 0;
  const counting = new GraphQLScalarType({
    name: 'Counting',
    parseValue: () => {
      asked += 1;
      throw new GraphQLError('Never.');
    },
  });
  const own = buildASTSchema(parse('scalar Counting type Query { a(b: [Counting]): Int }'));
  Object.assign(own.getType('Counting')!, { parseValue: counting.parseValue });
  const errors = findVariableErrors(own, operationOf('query ($value: [Counting]) { a(b: $value) }'), {
    value: new Array(MANY).fill(1),
  });
  expect(errors).toHaveLength(100);
  expect(asked).toBe(100);
});

it('cuts an unknown key to 100 characters in the path of its error', () => {
  const [error] = errorsFor('CreateExpressCustomerInput', { expressCustomerName: 'x', ['k'.repeat(1_000)]: 1 });
  expect(error!.path[0]).toHaveLength(100);
});
