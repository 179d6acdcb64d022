import { QueryFailedError } from 'typeorm';
import {
  describeUnavailable,
  isRejected,
  isTransient,
  isUnavailable,
  sqlState,
} from '../../../src/database/connection/postgres-errors.js';

const coded = (code: string) => Object.assign(new Error('said so'), { code });

it.each([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'ENETUNREACH',
  'EHOSTDOWN',
  '08006',
  '53300',
  '57P01',
  '57P03',
  '57014',
  '28P01',
  '28000',
  '3D000',
  '25P04',
  '40001',
  '40P01',
  '40003',
  '26000',
  '42P05',
])('takes %s for a database that is away, whoever reports it', (code) => {
  expect(isUnavailable(coded(code))).toBe(true);
  expect(isUnavailable(new QueryFailedError('SELECT 1', [], coded(code)))).toBe(true);
  expect(isUnavailable(new AggregateError([coded(code)]))).toBe(true);
});

it.each(['connect EACCES', 'connect EADDRNOTAVAIL', 'connect ENOENT', 'getaddrinfo EAI_FAIL'])(
  'takes %j for it too, as whatever keeps a connection from being made',
  (message) => {
    const [syscall, code] = message.split(' ');
    expect(isUnavailable(Object.assign(new Error(message), { syscall, code }))).toBe(true);
  },
);

it('takes a file that is missing for something else', () =>
  expect(isUnavailable(Object.assign(new Error('said so'), { syscall: 'open', code: 'ENOENT' }))).toBe(false));

it.each([
  'failure on connection marked as essential: 10.0.0.2:5432',
  'could not commit transaction for shard 102008 on at least one active node',
  'failed to COPY to shard 102008',
])('takes %j, which Citus says without a code of its own when a worker is away, for it too', (message) => {
  const error = Object.assign(new Error(message), { code: 'XX000' });
  expect(isUnavailable(new QueryFailedError('SELECT 1', [], error))).toBe(true);
});

it.each(['Connection terminated unexpectedly', 'timeout exceeded when trying to connect', 'Client was closed'])(
  'takes %j for it too',
  (message) => expect(isUnavailable(new Error(message))).toBe(true),
);

it.each([coded('23505'), coded('42601'), new Error('a bug'), new TypeError('x'), 'ECONNREFUSED', null, undefined])(
  'takes %p for something else',
  (error) => expect(isUnavailable(error)).toBe(false),
);

describe('the SQLSTATE of an error', () => {
  it.each([
    ['as the driver reports it', coded('23505'), '23505'],
    ['as TypeORM wraps it', new QueryFailedError('SELECT 1', [], coded('23505')), '23505'],
    ['which a system error lacks', coded('ECONNREFUSED'), undefined],
    ['which a system error of five letters lacks', coded('EPIPE'), undefined],
    ['which an error without a code lacks', new Error('a bug'), undefined],
    ['which no error lacks', null, undefined],
  ])('%s', (_, error, state) => expect(sqlState(error)).toBe(state));
});

describe('what the server has rejected whole', () => {
  const wrapped = (code: string) => new QueryFailedError('SELECT 1', [], coded(code));

  it.each(['40001', '40P01'])('is run again when another transaction was the cause: %s', (code) => {
    expect(isTransient(coded(code))).toBe(true);
    expect(isTransient(wrapped(code))).toBe(true);
  });

  it.each(['22001', '23505', '23514', 'P0001', '40001', '40P01'])('changed nothing: %s', (code) => {
    expect(isRejected(coded(code))).toBe(true);
    expect(isRejected(wrapped(code))).toBe(true);
  });

  it('is never something that may have been committed, so that is not run again', () => {
    for (const code of ['40003', '08006', '57P01']) {
      expect(isTransient(coded(code))).toBe(false);
      expect(isRejected(coded(code))).toBe(false);
    }
  });
});

it.each([
  ['PostgreSQL, with the SQLSTATE', coded('53100'), '53100 said so'],
  ['PostgreSQL below TypeORM', new QueryFailedError('SELECT 1', [], coded('53100')), '53100 said so'],
  ['the system', coded('ECONNREFUSED'), 'said so'],
  ['the system, of several addresses', new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]), 'said so'],
  ['the driver', new Error('Connection terminated unexpectedly'), 'Connection terminated unexpectedly'],
])('describes an unavailable database in the words of %s', (_who, error, words) =>
  expect(describeUnavailable(error)).toBe(words),
);
