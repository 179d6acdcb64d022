import type { Command } from 'commander';
import { createClinic } from '../identity/create-clinic.js';
import { findClinics } from '../identity/clinics.js';
import { parseText, parseUuid } from './arguments.js';
import { addCommand, addGroup, withDatabase } from './command.js';
import { formatTable, print, type OutputOptions } from './output.js';
import type { Terminal } from './terminal.js';

async function create(terminal: Terminal, name: string, options: OutputOptions & { id?: string }): Promise<void> {
  const clinicId = await withDatabase(terminal, ({ dataSource }) => createClinic(dataSource.manager, name, options.id));
  const next = `Create a key for it: keys create --clinic ${clinicId} --scope express:read --scope express:write`;
  print(terminal, options, { clinicId, name }, () => `Clinic ${clinicId} was created.\n${next}`);
}

async function list(terminal: Terminal, options: OutputOptions): Promise<void> {
  const clinics = await withDatabase(terminal, ({ dataSource }) => findClinics(dataSource.manager));
  const rows = clinics.map(({ clinicId, name, createdAt }) => [clinicId, name, createdAt.toISOString()]);
  print(terminal, options, clinics, () => formatTable(terminal, ['clinic', 'name', 'created'], rows));
}

export function addClinicCommands(program: Command, terminal: Terminal): void {
  const clinics = addGroup(program, 'clinics', 'the tenants, to one of which every customer and key belongs');
  addCommand(clinics, 'create', 'create a clinic')
    .argument('<name>', 'a name for operators', parseText)
    .option('--id <uuid>', 'the id that the platform has for it; by default a random one', parseUuid)
    .action(create.bind(null, terminal));
  addCommand(clinics, 'list', 'list all clinics, oldest first').action(list.bind(null, terminal));
}
