import type { App } from '../app.js';
import type { Config } from '../config/config.js';
import { demoKeyFile } from '../identity/demo.js';

const createCommand = (address: string, authorization: string): string => `
  curl ${address}/graphql -H 'content-type: application/json' -H "authorization: Bearer ${authorization}" -d '{
    "query": "mutation($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { expressCustomerId } }",
    "variables": {"input": {"expressCustomerName": "City Medical Center - Radiology Department"}}}'
`;

function keyText(address: string, config: Config, { demoKey }: App): string {
  if (!demoKey) return '';
  const file = demoKeyFile(config.dataDir);
  if (!demoKey.isNew) return `The demo key is in ${file}.\n`;
  return `\nA demo clinic with one API key was made. The key, shown this once and kept in ${file}:\n\n  ${demoKey.token}\n\nCreate a customer:\n${createCommand(address, demoKey.token)}\n`;
}

/** What someone who has just started the service needs to know: that it is up, on what, and where to go next. */
export function startUpText(address: string, config: Config, app: App): string {
  const data = app.database.engine === 'embedded' ? `embedded PostgreSQL, data in ${config.dataDir}` : 'PostgreSQL';
  const next = config.hasExplorers ? `Open ${address} in a browser to try it.\n` : '';
  return `avara-express-customers is ready at ${address}/graphql (${data}).\n${next}${keyText(address, config, app)}`;
}

/** Tells a person at a terminal in plain text; in production, where a collector reads, as one more line of the log. */
export function announce(address: string, config: Config, app: App): void {
  if (config.isProduction) app.server.log.info({ address, engine: app.database.engine }, 'ready');
  else process.stdout.write(startUpText(address, config, app));
}
