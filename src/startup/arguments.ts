import { Command } from 'commander';

const ABOUT =
  'Runs the Avara Express customer service until SIGTERM or SIGINT ends it.\n\n' +
  'Without any setting it keeps its data in ./data, listens at http://127.0.0.1:4000 and, when it starts for the first time, ' +
  'creates a demo clinic with a key.';

const SETTINGS = `
Settings are environment variables, or lines of a file .env in the working directory; .env.example explains each.
The first ones:
  PORT, HOST     where it listens
  DATABASE_URL   PostgreSQL 15 or later instead of the embedded engine
  DATA_DIR       the folder of the embedded engine
  NODE_ENV       production hides the schema and the pages to try operations

Clinics and keys: npm run cli -- --help`;

/** Answers --help, and ends the process at any other argument: settings come from the environment alone. */
export function readStartArguments(argv: string[]): void {
  new Command('npm start')
    .usage('')
    .description(ABOUT)
    .addHelpText('after', SETTINGS)
    .showHelpAfterError('(npm start -- --help names the settings)')
    .parse(argv);
}
