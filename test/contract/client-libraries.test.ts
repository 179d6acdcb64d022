import { CLIENT_LIMITS, clientContract } from '../support/clients/client-contract.js';
import {
  apolloClient,
  apolloClientPersisted,
  graphqlRequest,
  relay,
  urql,
} from '../support/clients/graphql-clients.js';
import { startService, type Service } from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await startService('postgresql', CLIENT_LIMITS);
});
afterAll(() => service.stop());

describe.each([
  ['Apollo Client 4', apolloClient],
  ['Apollo Client 4 with persisted queries', apolloClientPersisted],
  ['urql', urql],
  ['graphql-request', graphqlRequest],
  ["Relay's network layer", relay],
])('%s in its default configuration', (_name, connect) => {
  clientContract(connect, () => ({ service, url: `${service.url}/graphql` }));
});
