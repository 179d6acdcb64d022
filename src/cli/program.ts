import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { sqlState } from '../database/connection/postgres-errors.js';
import { AppError } from '../shared/app-error.js';
import { explainStartError } from '../startup/errors.js';
import { addClinicCommands } from './clinics.js';
import { addDistributeCommand } from './distribute.js';
import { UsageError } from './errors.js';
import { addEventsCommand } from './events.js';
import { addExportCommand } from './export.js';
import { addImportCommand } from './import/command.js';
import { addKeyCommands } from './keys.js';
import { addMigrateCommands } from './migrations.js';
import { getLineWidth, type Terminal } from './terminal.js';

const EXIT = { ok: 0, failure: 1, usage: 2 } as const;

const ABOUT = `Manages the Avara Express customer service: clinics, API keys, migrations, import, export and events.

It uses the same database as the service: PostgreSQL with DATABASE_URL, otherwise the embedded engine in DATA_DIR \
(./data). The embedded engine serves one process: stop the service first.`;

const EXIT_CODES = '\nExit codes: 0 success, 1 failure, 2 wrong usage.';

const MAX_HELP_WIDTH = 100;

const UNDEFINED_TABLE_OR_COLUMN = /^42(P01|703)$/;

function explain(error: unknown): string {
  if (error instanceof AppError) {
    const faults = error.details.fields ?? [];
    return faults.length > 1 ? faults.map(({ message }) => message).join('\n') : error.message;
  }
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
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => Math.min(getLineWidth(terminal), MAX_HELP_WIDTH),
    })
    .showHelpAfterError('(see --help)')
    .exitOverride();
  addClinicCommands(program, terminal);
  addKeyCommands(program, terminal);
  addMigrateCommands(program, terminal);
  addDistributeCommand(program, terminal);
  addImportCommand(program, terminal);
  addExportCommand(program, terminal);
  addEventsCommand(program, terminal);
  return program;
}

/** Runs the command that the arguments name; what fails is explained on standard error. @returns the exit code. */
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
