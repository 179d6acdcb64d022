import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { relayStylePagination } from '@apollo/client/utilities';

/** graphql-codegen writes the id of each trusted document into the document. */
interface Identified {
  __meta__?: { hash: string };
}

// Only ids are sent: the service knows the documents from the manifest of the same build.
const ids = new PersistedQueryLink({ generateHash: async (document) => (document as Identified).__meta__!.hash });

export const client = new ApolloClient({
  link: ids.concat(new HttpLink({ uri: '/graphql' })),
  cache: new InMemoryCache({
    typePolicies: {
      // One list for each search and order; the pages of a list grow together in the cache.
      Query: { fields: { expressCustomers: relayStylePagination(['filter', 'orderBy']) } },
      // ExpressCustomer has an `id`; a User goes by userId.
      User: { keyFields: ['userId'] },
    },
  }),
});
