// The programs that are shown in a browser, taken from their packages when the service is built: it needs none of these
// packages when it runs.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

function addClient(site, root, names) {
  for (const name of names) site.addAsset(`/assets/${name}`, readFileSync(join(root, 'scripts/pages/client', name)));
}

/** Swagger UI, the reference of the REST API. */
export function addReference(site, root) {
  const packageFolder = dirname(require.resolve('@fastify/swagger-ui/package.json'));
  const folder = join(packageFolder, 'static');
  site.addPackages([packageFolder]);
  site.addAsset('/assets/swagger-ui.js', readFileSync(join(folder, 'swagger-ui-bundle.js')));
  site.addAsset('/assets/swagger-ui.css', readFileSync(join(folder, 'swagger-ui.css')));
  addClient(site, root, ['head.css', 'reference.js', 'reference.css']);
}

/** GraphiQL, the explorer; and what the page of Apollo Sandbox has of its own. */
export async function addExplorer(site, root) {
  addClient(site, root, ['explorer.js', 'explorer.css', 'sandbox.js', 'sandbox.css']);
  site.addPackages([join(root, 'node_modules/@graphql-yoga/render-graphiql')]);
  const parts = await import('@graphql-yoga/render-graphiql/graphiql');
  const { js, css, editorWorkerService, jsonWorker, graphqlWorker } = parts.default ?? parts;
  const files = {
    'graphiql.js': js,
    'graphiql.css': css,
    'editor.worker.js': editorWorkerService,
    'json.worker.js': jsonWorker,
    'graphql.worker.js': graphqlWorker,
  };
  for (const [name, content] of Object.entries(files)) site.addAsset(`/assets/${name}`, content);
}
