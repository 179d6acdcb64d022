import { Option, type Command } from 'commander';
import { SCOPES, type Scope } from '../identity/actor.js';
import type { ApiKeyEntity } from '../identity/api-key.entity.js';
import { databaseTime, findApiKeys, stateOf } from '../identity/api-keys.js';
import { requireClinic } from '../identity/clinics.js';
import { IdentityError } from '../identity/identity-error.js';
import { issueApiKey } from '../identity/issue-api-key.js';
import { revokeApiKey } from '../identity/revoke-api-key.js';
import { rotateApiKey } from '../identity/rotate-api-key.js';
import { duration, end, text, uuid, type End } from './arguments.js';
import { addCommand, addGroup, withDatabase } from './command.js';
import { instantText, print, table, type OutputOptions } from './output.js';
import type { Terminal } from './terminal.js';

interface ClinicOptions extends OutputOptions {
  clinic: string;
}

interface CreateOptions extends ClinicOptions {
  scope: Scope[];
  description: string;
  expires?: End;
}

interface RotateOptions extends ClinicOptions {
  overlap: number;
  expires?: End;
}

const shownOnce = (token: string): string => `It is shown this once; the database keeps a hash:\n\n  ${token}\n`;

function endOf(expires: End | undefined, now: Date): Date | null {
  const expiresAt = expires?.(now) ?? null;
  if (expiresAt && expiresAt <= now) throw new IdentityError('The end of the key lies in the past.');
  return expiresAt;
}

async function create(terminal: Terminal, options: CreateOptions): Promise<void> {
  const { clinic: clinicId, description, expires } = options;
  const scopes = [...new Set(options.scope)].sort();
  const created = await withDatabase(terminal, async ({ dataSource: { manager } }) => {
    await requireClinic(manager, clinicId);
    const expiresAt = endOf(expires, await databaseTime(manager));
    const issued = await issueApiKey(manager, { clinicId, scopes, description, expiresAt });
    return { clinicId, ...issued, scopes, description, expiresAt };
  });
  const summary = `Key ${created.apiKeyId} with ${scopes.join(' and ')} was made; it ends: ${instantText(created.expiresAt)}.`;
  print(terminal, options, created, () => `${summary} ${shownOnce(created.token)}`);
}

const toRow = (key: ApiKeyEntity, now: Date) => ({
  apiKeyId: key.apiKeyId,
  state: stateOf(key, now),
  scopes: key.scopes,
  description: key.description,
  createdAt: key.createdAt,
  expiresAt: key.expiresAt,
  revokedAt: key.revokedAt,
  lastUsedAt: key.lastUsedAt,
});

async function list(terminal: Terminal, options: ClinicOptions): Promise<void> {
  const keys = await withDatabase(terminal, async ({ dataSource: { manager } }) => {
    await requireClinic(manager, options.clinic);
    const now = await databaseTime(manager);
    return (await findApiKeys(manager, options.clinic)).map((key) => toRow(key, now));
  });
  const head = ['key', 'state', 'scopes', 'created', 'ends', 'last used', 'description'];
  const rows = keys.map((key) => [
    key.apiKeyId,
    key.state,
    key.scopes.join(' '),
    key.createdAt.toISOString(),
    instantText(key.expiresAt),
    instantText(key.lastUsedAt),
    key.description,
  ]);
  print(terminal, options, keys, () => table(head, rows));
}

async function rotate(terminal: Terminal, apiKeyId: string, options: RotateOptions): Promise<void> {
  const name = { clinicId: options.clinic, apiKeyId };
  const { expires, overlap: overlapMs } = options;
  const rotation = { overlapMs, ...(expires && { expiresAt: (now: Date) => endOf(expires, now) }) };
  const rotated = await withDatabase(terminal, ({ dataSource }) => rotateApiKey(dataSource, name, rotation));
  const summary = `Key ${rotated.apiKeyId} takes over; ${apiKeyId} works until ${instantText(rotated.oldKeyEndsAt)}.`;
  print(terminal, options, { clinicId: name.clinicId, ...rotated, replaces: apiKeyId }, () =>
    [summary, shownOnce(rotated.token)].join(' '),
  );
}

async function revoke(terminal: Terminal, apiKeyId: string, options: ClinicOptions): Promise<void> {
  const name = { clinicId: options.clinic, apiKeyId };
  const { revokedAt } = await withDatabase(terminal, ({ dataSource }) => revokeApiKey(dataSource, name));
  const text = `Key ${apiKeyId} is revoked since ${instantText(revokedAt)}. Every instance refuses it within 5 s.`;
  print(terminal, options, { ...name, revokedAt }, () => text);
}

const addKeyCommand = (keys: Command, usage: string, description: string): Command =>
  addCommand(keys, usage, description).requiredOption('--clinic <uuid>', 'the clinic that the key belongs to', uuid);

const scopeOption = () =>
  new Option('--scope <scope...>', 'what the key may do').choices(SCOPES).makeOptionMandatory(true);

export function addKeyCommands(program: Command, terminal: Terminal): void {
  const keys = addGroup(program, 'keys', 'the API keys of a clinic');
  const ends = 'when it ends: a duration (24h, 30d), an instant (RFC 3339), or never';
  addKeyCommand(keys, 'create', 'make a key and print it, this once')
    .addOption(scopeOption())
    .option('--description <text>', 'what it is for', text, 'Made on the command line')
    .option('--expires <end>', ends, end)
    .action(create.bind(null, terminal));
  addKeyCommand(keys, 'list', 'all keys of a clinic, oldest first; never their secrets').action(
    list.bind(null, terminal),
  );
  addKeyCommand(keys, 'rotate', 'make a key in place of another; both work during the overlap, then only the new one')
    .argument('<key>', 'the UUID of the key to replace', uuid)
    .requiredOption('--overlap <duration>', 'how long the old key still works: 30m, 24h, 7d; 0s ends it now', duration)
    .option('--expires <end>', `for the new key, ${ends}; must be said when the old key has an end`, end)
    .action(rotate.bind(null, terminal));
  addKeyCommand(keys, 'revoke', 'refuse a key for good, on every instance within 5 s')
    .argument('<key>', 'the UUID of the key', uuid)
    .action(revoke.bind(null, terminal));
}
