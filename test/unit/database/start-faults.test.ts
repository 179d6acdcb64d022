import { findServerFault } from '../../../src/database/connection/server-checks.js';
import { explainMigrationError } from '../../../src/database/migrate.js';

const server = { version: '15.0', database: 'avara', encoding: 'UTF8', schema: 'public' };

it.each(['14.19', '9.6.24', '13.1 (Debian 13.1-1)'])('refuses PostgreSQL %s, naming the version', (version) =>
  expect(findServerFault({ ...server, version })).toBe(
    `PostgreSQL 15 or later is needed; DATABASE_URL leads to version ${version}.`,
  ),
);

it.each(['15.0', '16.4 (Debian 16.4-1)', '18beta2', '20.0'])('takes PostgreSQL %s', (version) =>
  expect(findServerFault({ ...server, version })).toBeNull(),
);

it.each([
  ['0A000', "PostgreSQL lacks an extension. Install PostgreSQL's contrib package, or let the provider allow: CREATE"],
  ['58P01', "PostgreSQL lacks an extension. Install PostgreSQL's contrib package on the server."],
  ['53100', 'The disk of the PostgreSQL server is full. Free some space there.'],
])('explains a migration that fails with %s, in one line with what PostgreSQL says', (code, words) => {
  const explained = explainMigrationError(Object.assign(new Error('said so'), { code })) as Error;
  expect(explained.name).toBe('MigrationError');
  expect(explained.message).toContain(words);
  expect(explained.message).toMatch(/PostgreSQL says: said so \(\w+\)$/);
});

it('leaves an error that a migration does not expect as it is', () => {
  const error = Object.assign(new Error('syntax error'), { code: '42601' });
  expect(explainMigrationError(error)).toBe(error);
});
