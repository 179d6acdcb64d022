const http = require('node:http');
const { createSchema, createYoga } = require('graphql-yoga');
const { typeDefs, resolvers, port } = require('./common.js');

http
  .createServer(createYoga({ schema: createSchema({ typeDefs, resolvers }), logging: false }))
  .listen(port, '127.0.0.1');
