import { QueryFailedError } from 'typeorm';
import { isDatabaseUnavailable } from '../../src/database/postgres-errors.js';

const coded = (code: string) => Object.assign(new Error('said so'), { code });

it.each(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', '08006', '53300', '57P01', '57P03', '57014'])(
  'takes %s for a database that is away, whoever reports it',
  (code) => {
    expect(isDatabaseUnavailable(coded(code))).toBe(true);
    expect(isDatabaseUnavailable(new QueryFailedError('SELECT 1', [], coded(code)))).toBe(true);
    expect(isDatabaseUnavailable(new AggregateError([coded(code)]))).toBe(true);
  },
);

it.each(['Connection terminated unexpectedly', 'timeout exceeded when trying to connect', 'Client was closed'])(
  'takes %j for it too',
  (message) => expect(isDatabaseUnavailable(new Error(message))).toBe(true),
);

it.each([coded('23505'), coded('42601'), new Error('a bug'), new TypeError('x'), 'ECONNREFUSED', null, undefined])(
  'takes %p for something else',
  (error) => expect(isDatabaseUnavailable(error)).toBe(false),
);
