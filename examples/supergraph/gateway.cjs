'use strict';
const { ApolloGateway, RemoteGraphQLDataSource } = require('@apollo/gateway');
const { ApolloServer } = require('@apollo/server');
const { composeServices } = require('@apollo/composition');
const { parse } = require('graphql');
const { serve } = require('./subgraphs.cjs');

/**
 * Puts subgraphs together. @returns the supergraph's schema.
 * @throws an Error that lists what does not fit.
 */
function compose(subgraphs) {
  const { supergraphSdl, errors } = composeServices(
    subgraphs.map(({ name, url, typeDefs }) => ({ name, url, typeDefs: parse(typeDefs) })),
  );
  if (errors) throw new Error(`The subgraphs do not compose:\n${errors.map(({ message }) => message).join('\n')}`);
  return supergraphSdl;
}

// This gateway does not know the purpose SECURITY and refuses a supergraph that states it. Routers for production do know
// it; here every subgraph enforces its own rules all the same.
const withoutSecurityPurpose = (sdl) => sdl.replaceAll(', for: SECURITY', '');

/** Hands the caller's credential on to every subgraph. */
class CallersDataSource extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    if (context.authorization) request.http.headers.set('authorization', context.authorization);
  }
}

/** Starts a gateway over running subgraphs, given as {name, url, typeDefs}. */
async function startGateway(subgraphs, port = 0) {
  const gateway = new ApolloGateway({
    supergraphSdl: withoutSecurityPurpose(compose(subgraphs)),
    buildService: ({ url }) => new CallersDataSource({ url }),
  });
  return serve(new ApolloServer({ gateway }), port, ({ headers }) => ({ authorization: headers.authorization }));
}

module.exports = { compose, startGateway };
