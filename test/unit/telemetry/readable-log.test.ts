import { stripVTControlCharacters } from 'node:util';
import pino from 'pino';
import { LOGGER_OPTIONS } from '../../../src/telemetry/loggable-error.js';
import { isLogReadable, loadLogFormatter } from '../../../src/telemetry/readable-log.js';

it.each([
  [true, 'in development at a terminal', undefined, false, true],
  [false, 'in development in a file or a pipe', undefined, false, false],
  [false, 'in production, at a terminal too', undefined, true, true],
  [true, 'where LOG_FORMAT is pretty, whatever reads it', 'pretty', true, false],
  [false, 'where LOG_FORMAT is json, at a terminal too', 'json', false, true],
] as const)('log lines are written for people: %s %s', (isReadable, _where, logFormat, isProduction, isTerminal) =>
  expect(isLogReadable({ logFormat, isProduction }, isTerminal)).toBe(isReadable),
);

async function format(write: (log: pino.Logger) => void): Promise<string> {
  const toReadable = await loadLogFormatter();
  let text = '';
  write(pino(LOGGER_OPTIONS, { write: (line: string) => void (text += toReadable(line)) }));
  return stripVTControlCharacters(text);
}

it('a request begins with what was called and how it ended, and leaves out what it does not have', async () => {
  const line = { requestId: 'r-1', operation: 'expressCustomers', actor: null, code: 'OK', status: 200, ms: 3.2 };
  expect(await format((log) => log.info(line, 'request'))).toMatch(
    /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: expressCustomers 200 OK in 3\.2 ms \{"requestId":"r-1"\}\n$/,
  );
});

it('any other line has its text and its fields, an error its stack', async () => {
  const text = await format((log) => log.warn({ kind: 'unknown' }, 'denied'));
  expect(text).toMatch(/\] WARN: denied \{"kind":"unknown"\}\n$/);
  const failed = await format((log) => log.error({ err: new TypeError('odd'), requestId: 'r-2' }, 'unexpected error'));
  expect(failed).toMatch(/\] ERROR: unexpected error \{"requestId":"r-2"\}\n[^]*"TypeError"[^]*\n +at /);
});
