import type { GraphQLObjectType } from 'graphql';
import { buildSchema } from '../../../src/transport/graphql/schema.js';

const { executable } = buildSchema();

const call = (type: string, field: string, args: object): unknown => {
  const { resolve } = (executable.getType(type) as GraphQLObjectType).getFields()[field]!;
  return resolve!({}, args, { actor: null }, {} as never);
};

it('validates the input of a mutation before its method runs, without a promise', () => {
  const fields = [expect.objectContaining({ path: ['expressCustomerName'], code: 'BLANK' })];
  expect(() => call('Mutation', 'createExpressCustomer', { input: { expressCustomerName: ' ' } })).toThrow(
    expect.objectContaining({ code: 'BAD_USER_INPUT', details: expect.objectContaining({ fields }) }),
  );
});

it('validates the arguments of a list, and objects inside them', () => {
  const args = { first: 101, orderBy: 'CREATED_AT_DESC', filter: { search: '' } };
  expect(() => call('Query', 'expressCustomers', args)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
});

it('calls the method with its parameters in their order', async () => {
  await expect(call('Query', 'expressCustomer', { expressCustomerId: 'cus_1' })).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
});

it('reads fields that have no method as properties, also where another type has a method of that name', () => {
  const { nodes } = (executable.getType('ExpressCustomerConnection') as GraphQLObjectType).getFields();
  expect(nodes!.resolve).toBeUndefined();
});
