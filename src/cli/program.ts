import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { sqlState } from '../database/postgres-errors.js';
import { IdentityError } from '../identity/identity-error.js';
import { AppError } from '../shared/app-error.js';
import { explainStartError } from '../startup/errors.js';
import { addClinicCommands } from './clinics.js';
import { addExportCommand } from './export.js';
import { addImportCommand } from './import.js';
import { IncompleteError } from './incomplete-error.js';
import { addKeyCommands } from './keys.js';
import { addMigrateCommands } from './migrations.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

const EXIT = { ok: 0, failure: 1, usage: 2 } as const;

const ABOUT = `Looks after the Avara Express customer service.

It works on the database that the service uses: PostgreSQL with DATABASE_URL, otherwise the embedded engine in DATA_DIR \
(./data), which serves one process: stop the service first.`;

const EXIT_CODES = '\nExit codes: 0 done, 1 it could not be done, 2 it was called wrongly.';

const UNDEFINED_TABLE_OR_COLUMN = /^42(P01|703)$/;

function explain(error: unknown): string {
  if (error instanceof IdentityError || error instanceof UsageError || error instanceof IncompleteError)
    return error.message;
  if (error instanceof AppError) return error.message;
  if (UNDEFINED_TABLE_OR_COLUMN.test(sqlState(error) ?? ''))
    return 'The database lacks the schema of this version. Run "migrate up", or start the service once.';
  return explainStartError(error);
}

function buildProgram(terminal: Terminal): Command {
  const { stdout, stderr } = terminal;
  const program = new Command('avara-express')
    .description(ABOUT)
    .version(version, '--version')
    .addHelpText('after', EXIT_CODES)
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .showHelpAfterError('(--help tells how to call it)')
    .exitOverride();
  addClinicCommands(program, terminal);
  addKeyCommands(program, terminal);
  addMigrateCommands(program, terminal);
  addImportCommand(program, terminal);
  addExportCommand(program, terminal);
  return program;
}

/** Does what the arguments ask for, and tells in words what went wrong. @returns the exit code. */
export async function run(argv: string[], terminal: Terminal): Promise<number> {
  try {
    await buildProgram(terminal).parseAsync(argv, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    terminal.stderr.write(`${explain(error)}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failure;
  }
}
