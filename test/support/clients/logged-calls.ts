import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from '../service.js';

const readRequestLines = (service: Pick<Service, 'logLines'>) =>
  service.logLines().filter(({ msg }) => msg === 'request');

/**
 * Runs an action that calls the service through a client which does not show the answer's headers.
 * @returns its result and the log's lines of its requests, of which at least `count` are waited for.
 */
export async function withLines<T>(
  service: Pick<Service, 'logLines'>,
  action: () => Promise<T>,
  count = 1,
): Promise<{ result: T; lines: Record<string, unknown>[] }> {
  const before = readRequestLines(service).length;
  const result = await action();
  while (readRequestLines(service).length < before + count) await sleep(5);
  return { result, lines: readRequestLines(service).slice(before) };
}
