import { ConfigError } from '../../../src/config/config.js';
import { describeThisProcess } from '../../../src/database/embedded/data-dir-holder.js';
import { DataDirInUseError } from '../../../src/database/embedded/data-dir-lock.js';
import { explainConnectionError } from '../../../src/database/connection/connection-errors.js';
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

const NO_VERSION =
  'SSL routines:ssl3_read_bytes:tlsv1 alert protocol version:../deps/openssl/ssl/record/rec_layer_s3.c:1601:\n';

it.each([
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', '', 'PostgreSQL refuses the client certificate'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', '', 'PostgreSQL refuses the client certificate'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', '', 'PostgreSQL refuses the client certificate'],
  ['EPROTO', 'tlsv1 alert unknown ca', 'PostgreSQL refuses the client certificate'],
  ['EPROTO', NO_VERSION, 'have no version of TLS in common'],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', '', 'have no version of TLS in common'],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', '', 'have no version of TLS in common'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', '', 'No TLS connection to DATABASE_URL could be made.'],
  ['EPROTO', 'bad record mac', 'No TLS connection to DATABASE_URL could be made.'],
])('explains what OpenSSL reports as %s %j in one line', (code, said, words) => {
  const explained = explainConnectionError(Object.assign(new Error(said), { code }), 'postgres://h/n') as Error;
  expect(explained.message).toContain(words);
  expect(explained.message).not.toContain('\n');
});

it.each([
  ['57P03', 'PostgreSQL is starting or stopping. Start the service again in a moment.'],
  ['42501', 'The user in DATABASE_URL may not connect to this database. GRANT CONNECT'],
  ['08P01', 'The server or pooler at DATABASE_URL does not accept this connection.'],
  ['25006', 'No server in DATABASE_URL takes writes.'],
  ['XX000', 'PostgreSQL rejects the connection to DATABASE_URL. PostgreSQL says: said so (XX000)'],
])('explains %s while connecting', (code, words) =>
  expect((explainConnectionError(coded(code), 'postgres://h/n') as Error).message).toContain(words),
);
