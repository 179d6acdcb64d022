import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';

/** graphql-codegen writes the id of each trusted document into the document. */
interface Identified {
  __meta__?: { hash: string };
}

// Only ids are sent: the service knows the documents from the manifest of the same build.
const ids = new PersistedQueryLink({ generateHash: async (document) => (document as Identified).__meta__!.hash });

export const client = new ApolloClient({
  link: ids.concat(new HttpLink({ uri: '/graphql' })),
  // Every customer has an `id`, so the cache needs no settings.
  cache: new InMemoryCache(),
});
