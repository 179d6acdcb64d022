import pino from 'pino';
import { QueryFailedError } from 'typeorm';
import { AppError } from '../../../src/shared/app-error.js';
import { LOGGER_OPTIONS, loggableError } from '../../../src/telemetry/loggable-error.js';

const CANARY = 'Wilhelmina Musterfrau';

function logged(write: (log: pino.Logger) => void): string {
  let text = '';
  write(pino({ ...LOGGER_OPTIONS, level: 'trace' }, { write: (line: string) => (text += line) }));
  return text;
}

function thrownBy(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

const rowError = Object.assign(new Error(`invalid input "${CANARY}"\n    at ${CANARY} (/a:1:1)`), {
  code: '23514',
  table: 'express_customers',
  constraint: 'express_customers_name_check',
  detail: `Failing row contains (${CANARY})`,
  where: CANARY,
});

const errors: [string, unknown][] = [
  ['a failed statement', new QueryFailedError(`INSERT ${CANARY}`, [CANARY], rowError)],
  ['what the database said', rowError],
  ['an unreadable JSON', thrownBy(() => JSON.parse(`{"${CANARY}`))],
  ['a type error that quotes', new TypeError(`Cannot read properties of undefined (reading '${CANARY}')`)],
  ['an error whose message was changed', Object.assign(new Error('a'), { message: CANARY })],
  ['an error whose name was changed', Object.assign(new Error('a'), { name: CANARY, code: CANARY })],
  ['an error with a cause', new Error('outer', { cause: rowError })],
  ['an aggregate', new AggregateError([rowError], CANARY)],
  ['a text', CANARY],
];

describe('the log line of an error', () => {
  it.each(errors)('logs no value that is in %s', (_title, error) => {
    const text = logged((log) => {
      log.error({ err: error }, 'it failed');
      log.error({ err: error });
      if (!(error instanceof Error)) return;
      log.error(error);
      log.error({ err: error }, error.message);
    });
    expect(text).toContain('"type"');
    expect(text).not.toContain('Musterfrau');
  });

  it('says what kind of error it was, with what code and where', () => {
    const { stack, ...rest } = loggableError(new QueryFailedError('INSERT', [], rowError));
    expect(rest).toEqual({
      type: 'QueryFailedError',
      code: '23514',
      table: 'express_customers',
      constraint: 'express_customers_name_check',
    });
    expect(stack).toContain('loggable-error.test.ts');
  });

  it('keeps texts that hold no value: refusals of our own, the system and a database that is away', () => {
    expect(loggableError(new AppError('NOT_FOUND', 'It is not there.')).message).toBe('It is not there.');
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5'), { syscall: 'connect' });
    expect(loggableError(refused).message).toBe('connect ECONNREFUSED 127.0.0.1:5');
    expect(loggableError(new Error('timeout exceeded when trying to connect')).message).toMatch(/^timeout/);
    expect(loggableError(new TypeError('x is not a function')).message).toBe('x is not a function');
  });

  it('names causes, but does not follow them for ever', () => {
    const circle = new Error('circle');
    circle.cause = circle;
    expect(loggableError(circle).cause?.cause?.cause?.type).toBe('Error');
    expect(loggableError(circle).cause?.cause?.cause?.cause).toBeUndefined();
  });

  it('leaves lines without an error as they are', () => {
    expect(JSON.parse(logged((log) => log.info({ requestId: 'r' }, 'request')))).toMatchObject({
      requestId: 'r',
      msg: 'request',
    });
    expect(JSON.parse(logged((log) => log.info('ready')))).toMatchObject({ msg: 'ready' });
  });
});
