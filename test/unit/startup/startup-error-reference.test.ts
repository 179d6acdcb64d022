import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');

const source = ['src/config', 'src/startup', 'src/database', 'src/transport/graphql/persisted'].map(read).join('\n');
const [, section] = readFileSync('docs/errors.md', 'utf8').split('## Startup errors');
const rows = section!.split('\n').filter((line) => line.startsWith('| `'));
const phrases = rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`([^`]+)`/g)].map(([, phrase]) => phrase!));

it('lists in docs/errors.md what the start says, in its own words', () => {
  expect(phrases.length).toBeGreaterThan(30);
  expect(phrases.filter((phrase) => !source.includes(phrase))).toEqual([]);
});

it('has a test for everything that the start says, which expects those very words', () => {
  // Without the backslashes of regular expressions and quotes.
  const tests = read('test').replaceAll('\\', '');
  expect(phrases.filter((phrase) => !tests.includes(phrase))).toEqual([]);
});

it('lists every kind of startup error', () => {
  // One phrase at least from each file that makes them.
  const files = [...source.matchAll(/class (\w+Error) extends OperatorError/g)].map(([, name]) => name);
  expect(new Set(files)).toEqual(
    new Set([
      ...['ConfigError', 'EnvFileError', 'ListenError', 'DataDirError', 'DataDirInUseError', 'DataDirLostError'],
      ...['ConnectionError', 'DatabaseUrlError', 'UnsupportedPostgresError', 'MigrationError', 'MigrationLockedError'],
      ...['TrustedDocumentsError', 'DistributeError'],
    ]),
  );
});
