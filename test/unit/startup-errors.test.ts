import { ConfigError } from '../../src/config/config.js';
import { describeThisProcess } from '../../src/database/data-dir-holder.js';
import { DataDirInUseError } from '../../src/database/data-dir-lock.js';
import { UnsupportedPostgresError } from '../../src/database/server-checks.js';
import { explainStartError } from '../../src/startup/errors.js';

const coded = (code: string) => Object.assign(new Error('said so'), { code });

it.each([
  ['EADDRINUSE', /PORT/],
  ['EADDRNOTAVAIL', /HOST/],
  ['EACCES', /DATA_DIR/],
  ['28P01', /password/],
  ['3D000', /Create it/],
  ['ECONNREFUSED', /No database answers at DATABASE_URL/],
  ['ENOTFOUND', /No database answers at DATABASE_URL/],
])('says what to do about %s, without a stack', (code, advice) => {
  expect(explainStartError(coded(code))).toMatch(advice);
  expect(explainStartError(coded(code))).not.toContain('    at ');
});

it('says of a server that never answers that it does not', () => {
  expect(explainStartError(new Error('timeout exceeded when trying to connect'))).toMatch(/^No database answers/);
});

it.each([
  new ConfigError(['PORT: wrong']),
  new DataDirInUseError('data', describeThisProcess(null)),
  new UnsupportedPostgresError('14.2'),
])('passes on the words of %s', (error) => expect(explainStartError(error)).toBe(error.message));

it('shows the stack of what nobody foresaw', () => {
  expect(explainStartError(new Error('odd'))).toContain('    at ');
  expect(explainStartError('odd')).toBe('odd');
});
