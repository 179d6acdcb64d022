import { readFile } from 'node:fs/promises';
import { isObjectType } from 'graphql';
import { buildSchema } from '../../src/transport/graphql/schema.js';

// What the guides state in passing, held against the code.

describe('docs/graphql.md', () => {
  it('names the types with an id, and the key fields of those without', async () => {
    const guide = await readFile('docs/graphql.md', 'utf8');
    const types = Object.values(buildSchema().executable.getTypeMap()).filter(isObjectType);
    const withId = types.filter((type) => 'id' in type.getFields()).map(({ name }) => name);
    expect(withId).toEqual(['ExpressCustomer']);
    expect(guide).toMatch(/`ExpressCustomer` has an\s+`id`/);
    const configured = [...guide.matchAll(/(\w+): \{ keyFields: \["(\w+)"\] \}/g)];
    expect(configured.map(([, type]) => type).sort()).toEqual(['ExpressCustomerEvent', 'User']);
    for (const [, type, field] of configured) {
      const fields = types.find(({ name }) => name === type)!.getFields();
      expect(fields[field!]!.type.toString()).toMatch(/^(ID|String)!$/);
    }
  });
});
