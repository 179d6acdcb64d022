import {
  buildSchema,
  getNamedType,
  getNullableType,
  isLeafType,
  isListType,
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
} from 'graphql';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onEachEngine } from '../../support/engines.js';
import { startService, type Clinic, type Service } from '../../support/service.js';
import { documentOf, OPERATIONS } from './operations.js';

const schema = buildSchema(readFileSync(join(__dirname, '../../../schema.graphql'), 'utf8'), { assumeValid: true });
const MUTATIONS = Object.values(schema.getMutationType()!.getFields()).filter(
  ({ name }) => OPERATIONS[name]!.scope === 'express:write',
);

/** The fields of what a mutation returns that lead to other rows: they read, whatever the mutation writes. */
const nestedFields = (type: GraphQLObjectType): string[] =>
  Object.values(type.getFields())
    .filter((field) => !isLeafType(getNamedType(field.type)))
    .map(({ name }) => name);

const customer = schema.getType('ExpressCustomer') as GraphQLObjectType;

/** Where a mutation returns the customer: as its result, or within it, or within each entry of it. */
function pathToCustomer({ name, type }: GraphQLField<unknown, unknown>): (string | number)[] {
  if (getNamedType(type) === customer) return [name];
  return [name, ...(isListType(getNullableType(type)) ? [0] : []), 'expressCustomer'];
}

const CASES = MUTATIONS.flatMap((mutation) => {
  const returned = getNamedType(mutation.type);
  const isCustomer = returned === customer || (isObjectType(returned) && 'expressCustomer' in returned.getFields());
  if (!isCustomer) return [];
  return nestedFields(customer).map((field) => [mutation.name, field, pathToCustomer(mutation)] as const);
});

it('every mutation of customers returns one with nested fields, or this file shows nothing', () => {
  expect(new Set(CASES.map(([mutation]) => mutation))).toEqual(new Set(MUTATIONS.map(({ name }) => name)));
});

onEachEngine((engine) => {
  let service: Service;
  let clinic: Clinic;
  let writer: Clinic;
  beforeAll(async () => {
    service = await startService(engine);
    clinic = await service.newClinic();
    writer = await service.newKey(clinic, { scopes: ['express:write'] });
  });
  afterAll(() => service.stop());

  async function newCustomer(): Promise<string> {
    const { body } = await service.graphql(
      clinic,
      'mutation { createExpressCustomer(input: { expressCustomerName: "A" }) { id } }',
    );
    return body.data!.createExpressCustomer.id as string;
  }

  it.each(CASES)('%s with a write-only key does not read the nested field %s', async (mutation, field, path) => {
    const document = documentOf(OPERATIONS[mutation]!, await newCustomer());
    const selecting = document.replace(/\{ \w+ \}(?=[ }]*$)/, `{ id nested: ${field} { __typename } }`);
    expect(selecting).toContain(`nested: ${field}`);
    expect((await service.graphql(clinic, selecting)).body.errors).toBeUndefined();
    // The second time, as a repeated document.
    for (let times = 0; times < 2; times += 1) {
      const { body } = await service.graphql(writer, selecting);
      expect(body.errors!.map((error) => [error.extensions.code, error.path])).toEqual([
        ['FORBIDDEN', [...path, 'nested']],
      ]);
      expect(JSON.stringify(body.data)).not.toContain('__typename');
    }
    // What it may do, it may still do.
    expect((await service.graphql(writer, document)).body.errors).toBeUndefined();
  });
});
