import pino, { type DestinationStream } from 'pino';

const WRITTEN_AT_LENGTH = 8_192;
const WRITTEN_WITHIN_MS = 100;

/**
 * Standard output, written some dozen lines at a time and after a tenth of a second at the latest: a call of the system for
 * every line costs a request as much as its look-up. What is waiting is written before the process ends, by a signal or an
 * error too; only `kill -9` loses the lines of the last tenth.
 */
export function logDestination(): DestinationStream {
  const output = pino.destination({
    dest: 1,
    sync: true,
    minLength: WRITTEN_AT_LENGTH,
    periodicFlush: WRITTEN_WITHIN_MS,
  });
  process.once('exit', () => output.flushSync());
  return output;
}
