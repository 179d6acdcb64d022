import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';

export const client = new ApolloClient({
  link: new HttpLink({ uri: '/graphql' }),
  cache: new InMemoryCache({
    typePolicies: {
      // One list for each search and order; the pages of a list grow together in the cache.
      Query: { fields: { expressCustomers: relayStylePagination(['filter', 'orderBy']) } },
      // ExpressCustomer has an `id`; a User goes by userId.
      User: { keyFields: ['userId'] },
    },
  }),
});
