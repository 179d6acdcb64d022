import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import type { Database } from '../database/database.js';
import { getDemoKeyFile, type DemoKey } from '../identity/demo.js';

/** What is said of a service that has started or stopped. */
export interface StartedService {
  server: { log: Pick<Logger, 'info'> };
  database: Pick<Database, 'engine' | 'isStandby'>;
  demoKey: DemoKey | null;
  isDemoClinicEmpty: boolean;
}

const formatCurl = (address: string, token: string): string => `
  curl ${address}/graphql -H 'content-type: application/json' -H "authorization: Bearer ${token}" -d '{
    "query": "mutation($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { expressCustomerId } }",
    "variables": {"input": {"expressCustomerName": "City Medical Center - Radiology Department"}}}'
`;

// PowerShell passes quotes within arguments on in another way, and its curl is another program in old versions.
const formatPowerShell = (address: string, token: string): string => `
  Invoke-RestMethod ${address}/v1/express -Method Post -ContentType 'application/json' \`
    -Headers @{ authorization = 'Bearer ${token}' } \`
    -Body '{"expressCustomerName": "City Medical Center - Radiology Department"}'
`;

function formatKey(
  address: string,
  config: Config,
  { demoKey, isDemoClinicEmpty }: StartedService,
  platform: NodeJS.Platform,
): string {
  if (!demoKey) return '';
  const file = getDemoKeyFile(config.dataDir);
  if (!isDemoClinicEmpty) return `The demo key is in ${file}.\n`;
  const clinic = demoKey.isNew
    ? 'A demo clinic with one API key was created.'
    : 'The demo clinic has no customers yet.';
  const formatCommand = platform === 'win32' ? formatPowerShell : formatCurl;
  return `\n${clinic} The key, kept in ${file}:\n\n  ${demoKey.token}\n\nCreate a customer:\n${formatCommand(address, demoKey.token)}\n`;
}

function formatReady(address: string, config: Config, service: StartedService, platform: NodeJS.Platform): string {
  const { engine, isStandby } = service.database;
  const postgresql = isStandby ? 'PostgreSQL, a standby: changes are refused' : 'PostgreSQL';
  const data = engine === 'embedded' ? `embedded PostgreSQL, data in ${config.dataDir}` : postgresql;
  const next = config.hasExplorers ? `Open ${address} in a browser to try it.\n` : '';
  return `avara-express-customers is ready at ${address}/graphql (${data}).\n${next}${formatKey(address, config, service, platform)}`;
}

/** Where texts for the operator go, in their order with log lines; writing never blocks. */
export interface Output {
  write(text: string): void;
}

/**
 * Says that the service is ready, on which data, and where to go next: to a person at a terminal as plain text; in
 * production, where a collector reads, as one more line of the log.
 */
export function announceReady(
  address: string,
  config: Config,
  service: StartedService,
  output: Output,
  platform = process.platform,
): void {
  if (config.isProduction) service.server.log.info({ address, engine: service.database.engine }, 'ready');
  else output.write(formatReady(address, config, service, platform));
}

/** Says that the service has shut down, and where the data is, without waiting for a terminal that is paused. */
export function announceStopped(config: Config, service: StartedService, output: Output): void {
  if (config.isProduction) return service.server.log.info('stopped');
  const kept = service.database.engine === 'embedded' ? ` Your customers are kept in ${config.dataDir}.` : '';
  output.write(`Stopped.${kept}\n`);
}
