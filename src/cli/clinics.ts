import type { Command } from 'commander';
import { createClinic } from '../identity/create-clinic.js';
import { findClinics } from '../identity/clinics.js';
import { text, uuid } from './arguments.js';
import { addCommand, addGroup, withDatabase } from './command.js';
import { print, table, type OutputOptions } from './output.js';
import type { Terminal } from './terminal.js';

async function create(terminal: Terminal, name: string, options: OutputOptions & { id?: string }): Promise<void> {
  const clinicId = await withDatabase(terminal, ({ dataSource }) => createClinic(dataSource.manager, name, options.id));
  const next = `Give it a key: keys create --clinic ${clinicId} --scope express:read --scope express:write`;
  print(terminal, options, { clinicId, name }, () => `Clinic ${clinicId} was made.\n${next}`);
}

async function list(terminal: Terminal, options: OutputOptions): Promise<void> {
  const clinics = await withDatabase(terminal, ({ dataSource }) => findClinics(dataSource.manager));
  const rows = clinics.map(({ clinicId, name, createdAt }) => [clinicId, name, createdAt.toISOString()]);
  print(terminal, options, clinics, () => table(['clinic', 'name', 'created'], rows));
}

export function addClinicCommands(program: Command, terminal: Terminal): void {
  const clinics = addGroup(program, 'clinics', 'the tenants: every customer and key belongs to one');
  addCommand(clinics, 'create', 'make a clinic')
    .argument('<name>', 'what the operator calls it', text)
    .option('--id <uuid>', 'its id, when the platform already has one; otherwise a random one', uuid)
    .action(create.bind(null, terminal));
  addCommand(clinics, 'list', 'all clinics, oldest first').action(list.bind(null, terminal));
}
