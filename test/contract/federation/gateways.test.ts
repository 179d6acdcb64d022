import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CLIENT_LIMITS, clientContract, type ReadExtensions } from '../../support/clients/client-contract.js';
import { plainFetch } from '../../support/clients/graphql-clients.js';
import { withLines } from '../../support/clients/logged-calls.js';
import { startService, type Clinic, type Service } from '../../support/service.js';

// Required, since their types would change those of graphql for the whole project.
const { createGatewayRuntime } = require('@graphql-hive/gateway-runtime');
const { gatewayConfig: deployed } = require('../../../deploy/router/gateway.config.ts');
const { gatewayConfig: example } = require('../../../examples/supergraph/hive-gateway.config.ts');
const { users, studies, startSubgraph } = require('../../../examples/supergraph/subgraphs.cjs');
const { compose, startGateway: startApolloGateway } = require('../../../examples/supergraph/gateway.cjs');

const CREATE =
  'mutation($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { expressCustomerId } }';
const CROSSING = `query Crossing($id: ID!) { expressCustomer(expressCustomerId: $id) {
  studies { title expressCustomer { expressCustomerName } } } }`;

interface Gateway {
  url: string;
  stop(): Promise<void>;
}

interface Subgraph {
  name: string;
  url: string;
  typeDefs: string;
}

/** Hive Gateway with the committed configuration; only the file that it names is replaced by a supergraph of the test. */
async function startHiveGateway(subgraphs: Subgraph[], config: object = deployed): Promise<Gateway> {
  const runtime = createGatewayRuntime({
    ...config,
    supergraph: compose(subgraphs) as string,
    logging: false,
  });
  const server: Server = createServer((request, response) => void runtime(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await runtime[Symbol.asyncDispose]();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, stop };
}

// @apollo/gateway puts the answer of a subgraph that is no 200 into the error as it is.
const readThroughApollo: ReadExtensions = ({ extensions }) =>
  extensions.response?.body.errors[0].extensions ?? extensions;

let service: Service;
let subgraphs: Subgraph[];
let others: Gateway[];
beforeAll(async () => {
  service = await startService('postgresql', CLIENT_LIMITS);
  const { token } = await service.newClinic();
  const { body } = await service.graphql({ token }, '{ _service { sdl } }');
  others = await Promise.all([users, studies].map((subgraph) => startSubgraph(subgraph) as Promise<Gateway>));
  subgraphs = [
    { name: 'express-customers', url: `${service.url}/graphql`, typeDefs: body.data!._service.sdl },
    ...[users, studies].map((subgraph, at) => ({ ...subgraph, url: others[at]!.url })),
  ];
});
afterAll(async () => {
  for (const other of others) await other.stop();
  await service.stop();
});

describe.each<[string, (of: Subgraph[]) => Promise<Gateway>, ReadExtensions | undefined]>([
  ['Apollo Gateway as the example starts it', startApolloGateway, readThroughApollo],
  ['Hive Gateway with the deployed configuration', startHiveGateway, undefined],
])('through %s', (_name, start, readExtensions) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await start(subgraphs);
  });
  afterAll(() => gateway.stop());
  const ask = async ({ token }: Clinic, query: string, variables: Record<string, unknown>) =>
    (await plainFetch(gateway.url, token))(query, variables);

  clientContract(plainFetch, () => ({ service, url: gateway.url }), readExtensions);

  it('resolves the references of another subgraph, and the repeated batch skips the pipeline', async () => {
    const clinic = await service.newClinic();
    const { data } = await ask(clinic, CREATE, { input: { expressCustomerName: 'Referred' } });
    const id = data.createExpressCustomer.expressCustomerId as string;
    const seen: unknown[] = [];
    for (let time = 0; time < 2; time += 1) {
      const { result, lines } = await withLines(service, () => ask(clinic, CROSSING, { id }), 2);
      expect(result.data.expressCustomer.studies).toEqual([
        { title: 'CT of the chest', expressCustomer: { expressCustomerName: 'Referred' } },
      ]);
      seen.push(lines.map(({ operation, repeated }) => [operation, repeated]));
    }
    expect(seen[1]).toEqual([
      ['expressCustomer', true],
      ['_entities', true],
    ]);
  });

  it("serves each caller by the caller's own credential", async () => {
    const [clinic, stranger] = [await service.newClinic(), await service.newClinic()];
    const { data } = await ask(clinic, CREATE, { input: { expressCustomerName: 'Own' } });
    const id = data.createExpressCustomer.expressCustomerId as string;
    const get = (caller: Clinic) =>
      ask(caller, 'query($id: ID!) { expressCustomer(expressCustomerId: $id) { expressCustomerName } }', { id });
    expect((await get(clinic)).data).toEqual({ expressCustomer: { expressCustomerName: 'Own' } });
    expect((await get(stranger)).data).toEqual({ expressCustomer: null });
  });
});

it.each([
  ['deployed', deployed],
  ['example', example],
])(
  'the %s configuration of Hive Gateway forwards who called, and returns when to try again',
  async (_which, config) => {
    const gateway = await startHiveGateway(subgraphs, config);
    try {
      const { token } = await service.newClinic();
      const list = (first: number) =>
        fetch(gateway.url, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${token}`,
            'content-type': 'application/json',
            'apollographql-client-name': 'order-desk',
            'apollographql-client-version': '2.0.1',
          },
          body: JSON.stringify({ query: `{ expressCustomers(first: ${first}) { nodes { metadata } } }` }),
        });
      const { lines } = await withLines(service, () => list(1));
      expect(lines[0]!.client).toEqual({ name: 'order-desk', version: '2.0.1' });
      expect(Number((await list(100)).headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      await gateway.stop();
    }
  },
);
