import type { Command } from 'commander';
import { migrate, migrationStates, undoLastMigration } from '../database/migrate.js';
import { addCommand, addGroup, withDatabase } from './command.js';
import { formatTable, print, type OutputOptions } from './output.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './errors.js';

const reportTo =
  ({ stderr }: Terminal) =>
  (message: string): void =>
    void stderr.write(`${message}\n`);

async function up(terminal: Terminal, options: OutputOptions): Promise<void> {
  const executed = await withDatabase(terminal, ({ dataSource }) => migrate(dataSource, reportTo(terminal)));
  print(terminal, options, { executed }, () =>
    ['The schema is up to date.', ...executed.map((name) => `ran ${name}`)].join('\n'),
  );
}

async function down(terminal: Terminal, options: OutputOptions & { yes?: boolean }): Promise<void> {
  if (!options.yes)
    throw new UsageError(
      'This reverts the latest migration and deletes the data in the tables and columns that it created. Add --yes to do it.',
    );
  const undone = await withDatabase(terminal, ({ dataSource }) => undoLastMigration(dataSource, reportTo(terminal)));
  print(terminal, options, { undone }, () =>
    undone === null ? 'There is no migration to revert.' : `reverted ${undone}`,
  );
}

async function status(terminal: Terminal, options: OutputOptions): Promise<void> {
  const states = await withDatabase(terminal, ({ dataSource }) => migrationStates(dataSource));
  const rows = states.map(({ name, isApplied }) => [name, isApplied ? 'applied' : 'pending']);
  print(terminal, options, states, () => formatTable(terminal, ['migration', 'state'], rows));
}

export function addMigrateCommands(program: Command, terminal: Terminal): void {
  const group = addGroup(program, 'migrate', "the database's schema; the service itself runs `up` at each start");
  addCommand(group, 'up', 'bring the schema up to date; safe while other processes do the same').action(
    up.bind(null, terminal),
  );
  addCommand(group, 'down', 'revert the latest migration')
    .option('--yes', 'delete the data in the tables and columns that it created')
    .action(down.bind(null, terminal));
  addCommand(group, 'status', 'list which migrations are applied and which are pending').action(
    status.bind(null, terminal),
  );
}
