import { isatty } from 'node:tty';
import type { LogDestination, LogTarget } from './log-destination.js';

const STDOUT = 1;

type Line = Record<string, unknown>;

/** What decides how log lines look; `logFormat` is undefined unless LOG_FORMAT is set. */
export interface LogLook {
  logFormat: 'json' | 'pretty' | undefined;
  isProduction: boolean;
}

/** Whether log lines are written for people: as LOG_FORMAT says, otherwise in development at a terminal. */
export const isLogReadable = ({ logFormat, isProduction }: LogLook, isTerminal: boolean): boolean =>
  logFormat === undefined ? isTerminal && !isProduction : logFormat === 'pretty';

/** What a person looks for in a request's line comes first; a field without a value is left out. */
function summarise({ msg, ...fields }: Line): Line {
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  if (msg !== 'request') return { ...given, msg };
  const { operation, status, code, ms, ...rest } = given;
  return { ...rest, msg: `${String(operation)} ${String(status)} ${String(code)} in ${String(ms)} ms` };
}

/** @returns the function that turns a log line (JSON) into one for people. */
export async function loadLogFormatter(): Promise<(line: string) => string> {
  // Loaded only where it is used: production writes JSON.
  const { prettyFactory } = await import('pino-pretty');
  const format = prettyFactory({ singleLine: true, translateTime: 'SYS:HH:MM:ss.l' });
  return (line) => format(summarise(JSON.parse(line) as Line));
}

/** Where the service's logger writes: standard output itself, or by way of the formatter. */
export async function chooseLogTarget(look: LogLook, output: LogDestination): Promise<LogTarget> {
  if (!isLogReadable(look, isatty(STDOUT))) return output;
  const format = await loadLogFormatter();
  return {
    write: (line) => output.write(format(line)),
    // eslint-disable-next-line no-restricted-syntax -- made once per process, not per request
    get dropped() {
      return output.dropped;
    },
  };
}
