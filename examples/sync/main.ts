import { followChanges, readChanges } from './changes.js';
import { Client, Refused } from './client.js';
import { runNightly } from './nightly.js';
import { readOrganisations } from './organisations.js';

const USAGE = `Usage: npm run example:sync -- nightly <bundle.json>
       npm run example:sync -- changes <copy.json>
       npm run example:sync -- follow <copy.json>

AVARA_EXPRESS_KEY is an API key with the scopes express:read and express:write. AVARA_EXPRESS_URL is the service's GraphQL
address, by default http://127.0.0.1:4000/graphql.`;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

function createClient(signal?: AbortSignal): Client {
  const { AVARA_EXPRESS_URL = 'http://127.0.0.1:4000/graphql', AVARA_EXPRESS_KEY } = process.env;
  if (!AVARA_EXPRESS_KEY) throw new Error(USAGE);
  return new Client(AVARA_EXPRESS_URL, AVARA_EXPRESS_KEY, signal);
}

async function nightly(file: string): Promise<void> {
  const tally = await runNightly(createClient(), await readOrganisations(file), (text) => {
    process.stderr.write(`${text}\n`);
  });
  print(
    Object.entries(tally)
      .map(([outcome, count]) => `${count} ${outcome}`)
      .join(', '),
  );
  if (tally.refused > 0) process.exitCode = 1;
}

async function changes(file: string): Promise<void> {
  const count = await readChanges(createClient(), file, print);
  process.stderr.write(`${count} changes\n`);
}

async function follow(file: string): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  await followChanges(createClient(stopping.signal), file, print, stopping.signal).catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
  });
}

/** Each command with what it does; the rest of the arguments is passed on. */
const COMMANDS: Record<string, (...rest: string[]) => Promise<void>> = { nightly, changes, follow };

async function main([command = '', ...rest]: string[]): Promise<void> {
  const run = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (!run || run.length !== rest.length) throw new Error(USAGE);
  await run(...rest);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Refused ? error.message : String((error as Error).message)}\n`);
  process.exitCode = 1;
});
