import { Kind, parse, type FieldNode, type OperationDefinitionNode } from 'graphql';
import { ANY_API_KEY_ID, ANY_CUSTOMER_ID, type WorkedExample } from '../../../src/transport/pages/worked-example.js';
import { WORKED_EXAMPLES } from '../../../src/transport/pages/worked-examples.js';
import { buildSchema } from '../../../src/transport/graphql/schema.js';
import { startService, type Service } from '../../support/service.js';

let service: Service | undefined;
afterEach(async () => {
  await service?.stop();
  service = undefined;
});

const fieldOf = ({ document }: WorkedExample): string => {
  const operation = parse(document).definitions.find(
    ({ kind }) => kind === Kind.OPERATION_DEFINITION,
  ) as OperationDefinitionNode;
  return (operation.selectionSet.selections[0] as FieldNode).name.value;
};

describe('the explorer', () => {
  it('has an example for every operation of the schema', () => {
    const { executable } = buildSchema();
    const operations = [executable.getQueryType()!, executable.getMutationType()!]
      .flatMap((type) => Object.keys(type.getFields()))
      .filter((name) => !name.startsWith('_'));
    expect([...new Set(WORKED_EXAMPLES.map(fieldOf))].sort()).toEqual(operations.sort());
  });

  it('has examples that run as they are, one after the other, on the customer that the first one made', async () => {
    service = await startService('postgresql');
    const clinic = await service.newClinic();
    let id = ANY_CUSTOMER_ID;
    const { apiKeyId } = await service.newKey(clinic);
    for (const { document, variables } of WORKED_EXAMPLES) {
      const own = JSON.parse(
        JSON.stringify(variables).replaceAll(ANY_CUSTOMER_ID, id).replaceAll(ANY_API_KEY_ID, apiKeyId),
      ) as Record<string, unknown>;
      const { body, status } = await service.graphql(clinic, document, own);
      expect({ status, errors: body.errors }).toEqual({ status: 200, errors: undefined });
      id = (body.data!.createExpressCustomer as { expressCustomerId: string } | undefined)?.expressCustomerId ?? id;
    }
    const { body } = await service.graphql(
      clinic,
      `query ($id: ID!) {
      expressCustomer(expressCustomerId: $id) { expressCustomerName isActive metadata userCount version }
    }`,
      { id },
    );
    expect(body.data!.expressCustomer).toEqual({
      expressCustomerName: 'City Medical Center',
      isActive: true,
      metadata: { floor: '3', region: 'northeast' },
      userCount: 0,
      version: 7,
    });
  });

  it('lets no script run but its own, and hands out the parts of the page', async () => {
    service = await startService('embedded', { NODE_ENV: 'development' });
    const page = await service.request('/explorer');
    const policy = page.headers.get('content-security-policy')!;
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)![1];
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(page.text.match(/<script/g)).toHaveLength(page.text.split(`<script nonce="${nonce}"`).length - 1);
    expect((await service.request('/explorer')).text).not.toContain(nonce);
    const parts = [...page.text.matchAll(/\/assets\/[\w.]+\.(?:js|css)/g)].map(([path]) => path);
    expect(parts).toHaveLength(7);
    for (const part of parts) {
      const { status, headers } = await service.request(part, { headers: { 'accept-encoding': 'br' } });
      expect({ part, status, headers: Object.fromEntries(headers) }).toMatchObject({
        ...{ part, status: 200 },
        headers: {
          'content-encoding': 'br',
          'cache-control': 'public, max-age=31536000, immutable',
          'x-content-type-options': 'nosniff',
        },
      });
    }
  });

  it.each([{ NODE_ENV: 'production' }, { NODE_ENV: 'production', INTROSPECTION: 'true' }, { INTROSPECTION: 'false' }])(
    'is not there with %j',
    async (environment) => {
      service = await startService('embedded', environment);
      expect((await service.request('/explorer')).status).toBe(404);
      expect((await service.request('/')).text).not.toContain('/explorer');
    },
  );
});
