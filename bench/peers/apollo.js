const { ApolloServer } = require('@apollo/server');
const { startStandaloneServer } = require('@apollo/server/standalone');
const { typeDefs, resolvers, port } = require('./common.js');

void startStandaloneServer(new ApolloServer({ typeDefs, resolvers }), { listen: { port, host: '127.0.0.1' } });
