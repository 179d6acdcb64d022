import type { IncomingHttpHeaders } from 'node:http';
import type { ClientName } from '../../telemetry/outcome.js';

// One line of ASCII, too short for an API key or a token that was put there by mistake.
const NAME = /^[@\w][\w@/.:+ -]{0,63}$/;
const VERSION = /^\w[\w.:+-]{0,31}$/;

/**
 * The name and version by which a client introduces itself, as far as both have a form that may be logged: names of at most 64
 * and versions of at most 32 letters, digits and `@ / . : + - _`, names with spaces too.
 * @returns undefined for any other name, none included; a version of another form is left out.
 */
export function toClientName(name: unknown, version: unknown): ClientName | undefined {
  if (typeof name !== 'string' || !NAME.test(name)) return undefined;
  return typeof version === 'string' && VERSION.test(version) ? { name, version } : { name };
}

/** Reads the headers by which Apollo's clients and routers name the program that calls. */
export const readClientName = (headers: IncomingHttpHeaders): ClientName | undefined =>
  toClientName(headers['apollographql-client-name'], headers['apollographql-client-version']);
