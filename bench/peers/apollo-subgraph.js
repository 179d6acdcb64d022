const { ApolloServer } = require('@apollo/server');
const { startStandaloneServer } = require('@apollo/server/standalone');
const { buildSubgraphSchema } = require('@apollo/subgraph');
const { parse } = require('graphql');
const { typeDefs, resolvers, get, port } = require('./common.js');

const FEDERATION = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  extend type ExpressCustomer @key(fields: "expressCustomerId")`;

// As the documentation shows it: one look-up per representation.
const ExpressCustomer = { __resolveReference: ({ expressCustomerId }) => get(expressCustomerId) };

const schema = buildSubgraphSchema({
  typeDefs: parse(typeDefs + FEDERATION),
  resolvers: { ...resolvers, ExpressCustomer },
});

void startStandaloneServer(new ApolloServer({ schema }), { listen: { port, host: '127.0.0.1' } });
