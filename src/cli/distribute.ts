import type { Command } from 'commander';
import { distribute } from '../database/distribute.js';
import { addCommand, withDatabase } from './command.js';
import { print, type OutputOptions } from './output.js';
import type { Terminal } from './terminal.js';

async function run(terminal: Terminal, options: OutputOptions): Promise<void> {
  const report = (message: string): void => void terminal.stderr.write(`${message}\n`);
  const distributed = await withDatabase(terminal, ({ dataSource }) => distribute(dataSource, report));
  print(terminal, options, { distributed }, () =>
    [
      'The tables are distributed, each clinic on one node.',
      ...distributed.map((table) => `distributed ${table}`),
    ].join('\n'),
  );
}

export const addDistributeCommand = (program: Command, terminal: Terminal): Command =>
  addCommand(
    program,
    'distribute',
    'distribute the tables over a Citus cluster by clinic; stop the service first, and run it again after each upgrade',
  ).action(run.bind(null, terminal));
