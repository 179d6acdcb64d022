import type { Command } from 'commander';
import { migrate, migrationStates, undoLastMigration } from '../database/migrate.js';
import { addCommand, addGroup, withDatabase } from './command.js';
import { print, table, type OutputOptions } from './output.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

async function up(terminal: Terminal, options: OutputOptions): Promise<void> {
  const executed = await withDatabase(terminal, ({ dataSource }) => migrate(dataSource));
  print(terminal, options, { executed }, () =>
    ['The schema is up to date.', ...executed.map((name) => `ran ${name}`)].join('\n'),
  );
}

async function down(terminal: Terminal, options: OutputOptions & { yes?: boolean }): Promise<void> {
  if (!options.yes)
    throw new UsageError('This undoes the latest migration; the data in what it made is lost. Repeat it with --yes.');
  const undone = await withDatabase(terminal, ({ dataSource }) => undoLastMigration(dataSource));
  print(terminal, options, { undone }, () => (undone === null ? 'There is nothing to undo.' : `undid ${undone}`));
}

async function status(terminal: Terminal, options: OutputOptions): Promise<void> {
  const states = await withDatabase(terminal, ({ dataSource }) => migrationStates(dataSource));
  const rows = states.map(({ name, isApplied }) => [name, isApplied ? 'applied' : 'pending']);
  print(terminal, options, states, () => table(['migration', 'state'], rows));
}

export function addMigrateCommands(program: Command, terminal: Terminal): void {
  const group = addGroup(program, 'migrate', "the database's schema; the service itself runs `up` at each start");
  addCommand(group, 'up', 'bring the schema up to date; safe while other processes do the same').action(
    up.bind(null, terminal),
  );
  addCommand(group, 'down', 'undo the latest migration')
    .option('--yes', 'lose the data in what that migration made')
    .action(down.bind(null, terminal));
  addCommand(group, 'status', 'which migrations are applied and which are pending').action(status.bind(null, terminal));
}
