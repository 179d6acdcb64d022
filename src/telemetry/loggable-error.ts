import type { LoggerOptions } from 'pino';
import { isUnavailable } from '../database/connection/postgres-errors.js';
import { AppError } from '../shared/app-error.js';

/** An error as a log line shows it. */
export interface LoggableError {
  type: string;
  code?: string;
  message?: string;
  stack?: string;
  /** Where PostgreSQL says it happened: names from our own migrations. */
  table?: string;
  constraint?: string;
  cause?: LoggableError;
}

type Raw = Error & Record<'code' | 'table' | 'constraint' | 'syscall' | 'driverError', unknown>;

const MAX_CAUSES = 3;
const FRAME = /^\s+at .*(?::\d+:\d+\)?|\(native\)|<anonymous>\)?)$/;

// Texts that are known to hold no value of a request. All others may quote one: PostgreSQL quotes the row, JSON.parse the
// body, graphql-js the variables.
function safeMessage(error: Raw): string | undefined {
  if (error instanceof AppError || error.syscall !== undefined || isUnavailable(error)) return error.message;
  if (error instanceof TypeError || error instanceof ReferenceError) return error.message.replace(/["'`].*["'`]/s, '…');
  return undefined;
}

// The stack begins with the message; what follows the last line that is not a frame was not made from it.
function frames({ stack, message }: Raw): string | undefined {
  if (typeof stack !== 'string') return undefined;
  const lines = stack.slice(stack.indexOf(message) + message.length).split('\n');
  const start = lines.findLastIndex((line) => !FRAME.test(line)) + 1;
  return lines.slice(start).join('\n');
}

const word = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\w{1,63}$/.test(value) ? value : undefined;

const omitUndefined = <T extends object>(fields: { [Key in keyof T]: T[Key] | undefined }): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;

/**
 * An error as it may be logged, built from just these fields. An error's other properties are left out, since
 * drivers keep the statement's parameters, and so names and metadata, in them; so is every message that may quote a value.
 */
export function loggableError(error: unknown, depth = 0): LoggableError {
  if (!(error instanceof Error)) return { type: typeof error };
  const raw = error as Raw;
  const details = (raw.driverError ?? raw) as Raw;
  const cause = depth < MAX_CAUSES && error.cause !== undefined ? loggableError(error.cause, depth + 1) : undefined;
  return omitUndefined<LoggableError>({
    type: word(raw.constructor.name) ?? 'Error',
    code: word(raw.code) ?? word(details.code),
    message: safeMessage(raw),
    stack: frames(raw),
    table: word(details.table),
    constraint: word(details.constraint),
    cause,
  });
}

// Without a text of its own, pino repeats the error's message as the line's.
function ownText(inputs: unknown[]): unknown[] {
  const [first, text, ...rest] = inputs;
  const error: unknown = first instanceof Error ? first : (first as { err?: unknown } | null | undefined)?.err;
  if (!(error instanceof Error)) return inputs;
  const fields = first instanceof Error ? { err: error } : first;
  return [fields, text === undefined || text === error.message ? 'error' : text, ...rest];
}

/** Options of every logger of the service: JSON lines in which errors pass through `loggableError`. */
export const LOGGER_OPTIONS: LoggerOptions = {
  base: null,
  // A URL can hold a whole GraphQL query, so a request is logged by its method alone.
  serializers: {
    err: (error: unknown) => loggableError(error),
    req: ({ method }: { method?: string }) => ({ method }),
  },
  hooks: {
    logMethod(inputs, method) {
      method.apply(this, ownText(inputs) as Parameters<typeof method>);
    },
  },
};
