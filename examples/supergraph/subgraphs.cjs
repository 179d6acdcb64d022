'use strict';
const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { join } = require('node:path');
const { ApolloServer, HeaderMap } = require('@apollo/server');
const { ApolloServerPluginInlineTraceDisabled } = require('@apollo/server/plugin/disabled');
const { buildSubgraphSchema } = require('@apollo/subgraph');
const { parse } = require('graphql');

const read = (file) => readFileSync(join(__dirname, file), 'utf8');

/** The subgraph that owns users. Every well-formed user id has a name here, so that any example can be asked for. */
const users = {
  name: 'users',
  typeDefs: read('users.graphql'),
  resolvers: {
    Query: { user: (_, { userId }) => ({ userId }) },
    User: { __resolveReference: ({ userId }) => ({ userId }), name: ({ userId }) => `Dr. ${userId.slice(4, 8)}` },
  },
};

/** The subgraph that owns studies: each refers to a customer by its key, and customers get their studies. */
const studiesOf = (expressCustomerId) => [
  { studyId: `study-${expressCustomerId.slice(-4)}`, title: 'CT of the chest', expressCustomer: { expressCustomerId } },
];
const studies = {
  name: 'studies',
  typeDefs: read('studies.graphql'),
  resolvers: {
    Query: { study: () => null },
    ExpressCustomer: { studies: ({ expressCustomerId }) => studiesOf(expressCustomerId) },
  },
};

function readBody(request) {
  return new Promise((resolve, reject) => {
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', () => resolve(text));
    request.on('error', reject);
  });
}

/** Serves an Apollo Server at every path of a loopback port. @returns its address and what stops it. */
async function serve(apollo, port = 0, contextOf = () => ({})) {
  await apollo.start();
  const server = createServer(async (request, response) => {
    const headers = new HeaderMap(Object.entries(request.headers).filter(([, value]) => typeof value === 'string'));
    const body = request.method === 'POST' ? JSON.parse(await readBody(request)) : undefined;
    const { search } = new URL(request.url, 'http://127.0.0.1');
    const answer = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: request.method, headers, search, body },
      context: async () => contextOf(request),
    });
    response.writeHead(answer.status ?? 200, Object.fromEntries(answer.headers));
    response.end(answer.body.string);
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await apollo.stop();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, stop };
}

async function startSubgraph({ typeDefs, resolvers }) {
  return serve(
    new ApolloServer({
      schema: buildSubgraphSchema({ typeDefs: parse(typeDefs), resolvers }),
      plugins: [ApolloServerPluginInlineTraceDisabled()],
    }),
  );
}

module.exports = { users, studies, startSubgraph, serve };
