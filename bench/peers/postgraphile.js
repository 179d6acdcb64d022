const http = require('node:http');
const { postgraphile } = require('postgraphile');
const { makePgService } = require('postgraphile/adaptors/pg');
const { PostGraphileAmberPreset } = require('postgraphile/presets/amber');
const { grafserv } = require('postgraphile/grafserv/node');

// PostGraphile 5.1 calls what Node has since version 22; without it every read fails.
Promise.withResolvers ??= () => {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};

const preset = {
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ connectionString: process.env.DATABASE_URL, schemas: ['public'] })],
  grafserv: { graphiql: false, graphqlPath: '/graphql' },
  grafast: { explain: false },
};

const server = http.createServer();
void postgraphile(preset)
  .createServ(grafserv)
  .addTo(server)
  .then(() => server.listen(Number(process.env.PORT), '127.0.0.1'));
