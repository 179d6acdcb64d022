import { ConfigError } from '../../../src/config/config.js';
import { describeThisProcess } from '../../../src/database/embedded/data-dir-holder.js';
import { DataDirInUseError } from '../../../src/database/embedded/data-dir-lock.js';
import { UnsupportedPostgresError } from '../../../src/database/connection/unsupported-postgres.js';
import { IdentityError } from '../../../src/identity/identity-error.js';
import { explainStartError } from '../../../src/startup/errors.js';

const coded = (code: string, syscall?: string) => Object.assign(new Error('said so'), { code, syscall });

it.each([
  new ConfigError(['PORT: wrong']),
  new DataDirInUseError('data', describeThisProcess(null)),
  new UnsupportedPostgresError('PostgreSQL 15 or later is needed'),
  new IdentityError('There is no such clinic'),
])('passes on the words of %s', (error) => expect(explainStartError(error)).toBe(error.message));

it.each(['42501', '25006', '53300', '57P03', '08P01', '55000'])(
  'passes on what PostgreSQL says with %s, without a stack, and not that it does not answer',
  (code) => expect(explainStartError(coded(code))).toBe(`PostgreSQL does not do this: said so (${code})`),
);

it.each([coded('ECONNRESET', 'read'), coded('ENOENT', 'connect'), new Error('Connection terminated unexpectedly')])(
  'says of %s that the connection was lost',
  (error) => expect(explainStartError(error)).toMatch(/^The connection to PostgreSQL was lost\. Try again/),
);

it.each([coded('ENOENT', 'open'), coded('EACCES', 'open'), coded('EEXIST', 'mkdir'), coded('EADDRINUSE', 'listen')])(
  'does not guess by %s alone whose error it is',
  (error) => expect(explainStartError(error)).toContain('    at '),
);

it('shows the stack of the unexpected', () => {
  expect(explainStartError(new Error('odd'))).toContain('    at ');
  expect(explainStartError(coded('42601'))).toContain('    at ');
  expect(explainStartError('odd')).toBe('odd');
});
