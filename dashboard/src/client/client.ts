import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { relayStylePagination } from '@apollo/client/utilities';
import { DOCUMENT_IDS } from '../operations/ids.js';
import type { Credential } from '../session/session.js';
import { repeatRefused } from './repeat-refused.js';
import { observeCalls, type CallObserver } from './observe-calls.js';

const createCache = () =>
  new InMemoryCache({
    typePolicies: {
      // One list for each search and order; the pages of a list grow together.
      Query: {
        fields: {
          expressCustomers: relayStylePagination(['filter', 'orderBy']),
          expressApiKeys: relayStylePagination(),
        },
      },
      ExpressApiKey: { keyFields: ['apiKeyId'] },
      ExpressCustomer: { fields: { users: relayStylePagination(), events: relayStylePagination() } },
    },
  });

const nameOf = (definitions: readonly object[]): string =>
  definitions.flatMap((one) =>
    'operation' in one && 'name' in one ? [(one.name as { value: string }).value] : [],
  )[0]!;

// Only ids are sent: the service knows the documents from the manifest of the same build.
const sendIds = () =>
  new PersistedQueryLink({ generateHash: async ({ definitions }) => DOCUMENT_IDS[nameOf(definitions)]! });

const authenticate = (credential: Credential) =>
  new SetContextLink(async ({ headers }) => ({
    headers: { ...(headers as Record<string, string>), authorization: `Bearer ${await credential.getToken()}` },
  }));

/** A client for one credential: what it has read is not seen with another one. */
export const createClient = (credential: Credential, observer: CallObserver): ApolloClient =>
  new ApolloClient({
    cache: createCache(),
    clientAwareness: { name: 'dashboard' },
    link: ApolloLink.from([
      observeCalls(observer),
      repeatRefused(credential),
      authenticate(credential),
      sendIds(),
      new HttpLink({ uri: '/graphql' }),
    ]),
  });
