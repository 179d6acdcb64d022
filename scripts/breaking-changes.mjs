// Compares schema.graphql with the one committed before it and fails on a change that breaks a caller. A break that is
// meant stands, word for word as printed here, as a line of accepted-breaks.txt in this folder.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildASTSchema, parse } from 'graphql';

const FILE = 'schema.graphql';
const git = (...words) => execFileSync('git', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
const buildSchema = (text) => buildASTSchema(parse(text), { assumeValidSDL: true });

/** The last committed schema that differs from the present one; null where there is no history, as in an archive. */
function findPreviousSchema(present) {
  try {
    const commits = git('log', '-2', '--format=%H', '--', FILE).split('\n').filter(Boolean);
    return commits.map((commit) => git('show', `${commit}:${FILE}`)).find((text) => text !== present) ?? null;
  } catch {
    return null;
  }
}

const present = readFileSync(FILE, 'utf8');
const before = findPreviousSchema(present);
if (before === null) {
  console.log('No other committed schema to compare with.');
} else {
  const accepted = new Set(readFileSync(new URL('accepted-breaks.txt', import.meta.url), 'utf8').split('\n'));
  const changes = await diff(buildSchema(before), buildSchema(present));
  const breaks = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
  const unaccepted = breaks.filter(({ message }) => !accepted.has(message));
  for (const { message } of unaccepted) console.error(`breaks callers: ${message}`);
  if (unaccepted.length > 0) console.error('To accept a break, add its text as a line to scripts/accepted-breaks.txt.');
  process.exitCode = unaccepted.length > 0 ? 1 : 0;
}
