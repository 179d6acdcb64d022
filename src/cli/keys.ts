import { Option, type Command } from 'commander';
import type { Database } from '../database/database.js';
import { SCOPES, type Scope } from '../identity/actor.js';
import { getKeyState, type ApiKeyEntity } from '../identity/api-key.entity.js';
import { getDatabaseTime, findApiKeys } from '../identity/api-keys.js';
import { requireClinic } from '../identity/clinics.js';
import * as useCases from '../identity/use-cases/index.js';
import { parseDuration, parseExpiry, parseText, parseUuid, type Expiry } from './arguments.js';
import { addCommand, addGroup, withDatabase } from './command.js';
import { buildOperatorContext } from './operator-context.js';
import { formatExpiry, formatTable, print, type OutputOptions } from './output.js';
import type { Terminal } from './terminal.js';

interface ClinicOptions extends OutputOptions {
  clinic: string;
}

interface CreateOptions extends ClinicOptions {
  scope: Scope[];
  description: string;
  expires?: Expiry;
}

interface RotateOptions extends ClinicOptions {
  overlap: number;
  expires?: Expiry;
}

const describeToken = (token: string): string =>
  `This is the only time that it is shown; the database keeps a hash:\n\n  ${token}\n`;

/** What `--expires` says, as the use cases take it; undefined where it is left out. */
const toExpiresAt = async ({ dataSource }: Database, expires: Expiry | undefined): Promise<string | null | undefined> =>
  expires && (expires(await getDatabaseTime(dataSource.manager))?.toISOString() ?? null);

async function create(terminal: Terminal, options: CreateOptions): Promise<void> {
  const { clinic: clinicId, description, expires, scope: scopes } = options;
  const created = await withDatabase(terminal, async (database) => {
    const context = buildOperatorContext(database, clinicId);
    const expiresAt = (await toExpiresAt(database, expires)) ?? null;
    const { key, token } = await useCases.createExpressApiKey(context, { description, scopes, expiresAt });
    return {
      clinicId,
      apiKeyId: key.apiKeyId,
      token: token!,
      scopes: key.scopes,
      description,
      expiresAt: key.expiresAt,
    };
  });
  const summary = `Key ${created.apiKeyId} (${created.scopes.join(', ')}) was created. Expires: ${formatExpiry(created.expiresAt)}.`;
  print(terminal, options, created, () => `${summary} ${describeToken(created.token)}`);
}

const toRow = (key: ApiKeyEntity, now: Date) => ({
  apiKeyId: key.apiKeyId,
  state: getKeyState(key, now),
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
    const now = await getDatabaseTime(manager);
    return (await findApiKeys(manager, options.clinic)).map((key) => toRow(key, now));
  });
  const head = ['key', 'state', 'scopes', 'created', 'expires', 'last used', 'description'];
  const rows = keys.map((key) => [
    key.apiKeyId,
    key.state,
    key.scopes.join(' '),
    key.createdAt.toISOString(),
    formatExpiry(key.expiresAt),
    formatExpiry(key.lastUsedAt),
    key.description,
  ]);
  print(terminal, options, keys, () => formatTable(terminal, head, rows));
}

async function rotate(terminal: Terminal, apiKeyId: string, options: RotateOptions): Promise<void> {
  const { expires, overlap, clinic: clinicId } = options;
  const rotated = await withDatabase(terminal, async (database) => {
    const expiresAt = await toExpiresAt(database, expires);
    const input = { apiKeyId, overlapSeconds: overlap / 1_000, ...(expiresAt !== undefined && { expiresAt }) };
    const { key, token, replaced } = await useCases.rotateExpressApiKey(
      buildOperatorContext(database, clinicId),
      input,
    );
    return { clinicId, apiKeyId: key.apiKeyId, token, oldKeyEndsAt: replaced.expiresAt };
  });
  const summary = `Key ${rotated.apiKeyId} replaces ${apiKeyId}, which works until ${formatExpiry(rotated.oldKeyEndsAt)}.`;
  print(terminal, options, { ...rotated, replaces: apiKeyId }, () => [summary, describeToken(rotated.token)].join(' '));
}

async function revoke(terminal: Terminal, apiKeyId: string, options: ClinicOptions): Promise<void> {
  const name = { clinicId: options.clinic, apiKeyId };
  const { key } = await withDatabase(terminal, (database) =>
    useCases.revokeExpressApiKey(buildOperatorContext(database, options.clinic), { apiKeyId }),
  );
  const { revokedAt } = key;
  const text = `Key ${apiKeyId} was revoked at ${formatExpiry(revokedAt)}. Every instance refuses it within 5 s.`;
  print(terminal, options, { ...name, revokedAt }, () => text);
}

const addKeyCommand = (keys: Command, usage: string, description: string): Command =>
  addCommand(keys, usage, description).requiredOption(
    '--clinic <uuid>',
    'the clinic that the key belongs to',
    parseUuid,
  );

const buildScopeOption = () =>
  new Option('--scope <scope...>', 'what the key permits').choices(SCOPES).makeOptionMandatory(true);

export function addKeyCommands(program: Command, terminal: Terminal): void {
  const keys = addGroup(program, 'keys', 'the API keys of a clinic');
  const expires = 'when it expires: a duration (24h, 30d), a date and time (RFC 3339), or never';
  addKeyCommand(keys, 'create', 'create a key and print it; it cannot be shown again')
    .addOption(buildScopeOption())
    .option('--description <text>', 'what it is for', parseText, 'Created on the command line')
    .option('--expires <when>', expires, parseExpiry)
    .action(create.bind(null, terminal));
  addKeyCommand(keys, 'list', 'list all keys of a clinic, oldest first, without their secrets').action(
    list.bind(null, terminal),
  );
  addKeyCommand(keys, 'rotate', 'replace a key by a new one; both work during the overlap')
    .argument('<key>', 'the UUID of the key to replace', parseUuid)
    .requiredOption(
      '--overlap <duration>',
      'how long the old key still works: 30m, 24h, 7d; 0s: not at all',
      parseDuration,
    )
    .option('--expires <when>', `for the new key, ${expires}; required when the old key expires`, parseExpiry)
    .action(rotate.bind(null, terminal));
  addKeyCommand(keys, 'revoke', 'refuse a key from now on, on every instance within 5 s')
    .argument('<key>', 'the UUID of the key', parseUuid)
    .action(revoke.bind(null, terminal));
}
