const fastify = require('fastify');
const mercurius = require('mercurius');
const { typeDefs, resolvers, port } = require('./common.js');

const app = fastify();
app.register(mercurius, { schema: typeDefs, resolvers, jit: 1 });
void app.listen({ port, host: '127.0.0.1' });
