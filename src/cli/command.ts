import type { Command } from 'commander';
import { readConfig } from '../config/config.js';
import type { Database } from '../database/database.js';
import { openServiceDatabase } from '../service-database.js';
import type { Terminal } from './terminal.js';

/** Opens the database that the environment names for as long as the work lasts. */
export async function withDatabase<Result>(
  { environment }: Terminal,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = await openServiceDatabase(readConfig(environment));
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** A group of commands, such as `keys`, which does nothing by itself. */
export const addGroup = (program: Command, name: string, description: string): Command =>
  program.command(name).description(description);

/** A command that prints text for people, or JSON. */
export const addCommand = (group: Command, usage: string, description: string): Command =>
  group.command(usage).description(description).option('--json', 'print JSON, for scripts');
