/**
 * Every way a call can fail, with the HTTP status it has at the REST door. GraphQL answers 200 once execution has begun,
 * except for the codes that routers and clients act on (see `CODES_WITH_HTTP_STATUS`).
 */
export const ERROR_STATUS = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  EXPRESS_CUSTOMER_INACTIVE: 409,
  VERSION_CONFLICT: 409,
  IDEMPOTENCY_KEY_REUSED: 422,
  PAYLOAD_TOO_LARGE: 413,
  QUERY_TOO_COMPLEX: 400,
  RATE_LIMITED: 429,
  SERVICE_UNAVAILABLE: 503,
  INTERNAL_SERVER_ERROR: 500,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** Clients and routers act on the status of these codes (re-authenticate, back off), so GraphQL answers with it too. */
export const CODES_WITH_HTTP_STATUS: ReadonlySet<string> = new Set<ErrorCode>([
  'UNAUTHENTICATED',
  'RATE_LIMITED',
  'SERVICE_UNAVAILABLE',
]);

export type FaultCode = 'REQUIRED' | 'BLANK' | 'TOO_LONG' | 'TOO_MANY' | 'INVALID' | 'UNKNOWN';

/** One broken rule of an input. The message never repeats the value: values can be personal data. */
export interface Fault {
  path: (string | number)[];
  code: FaultCode;
  message: string;
}

/** What a caller may learn beside code and message; both doors send these as they are. */
export interface ErrorDetails {
  /** The broken rules of a BAD_USER_INPUT, at most 100. */
  fields?: Fault[];
  /** The version that a VERSION_CONFLICT found. */
  currentVersion?: number;
  /** Seconds after which the call may be tried again: a RATE_LIMITED or SERVICE_UNAVAILABLE. Always under 60. */
  retryAfter?: number;
  /** The limit that a QUERY_TOO_COMPLEX exceeds. */
  limit?: number;
  /** How much of it was asked for. */
  requested?: number;
}

/**
 * A refusal that the caller may see: its code is part of the contract and its message is written for them.
 * Any other error that reaches a door is our own fault: it is logged and answered as INTERNAL_SERVER_ERROR.
 */
export class AppError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
    this.name = 'AppError';
  }

  get status(): number {
    return ERROR_STATUS[this.code];
  }
}

/** How many broken rules one answer names. */
export const MAX_FAULTS = 100;

/**
 * The broken rules of many values, until there are as many as an answer names: the rest is not looked at, so that the
 * work is bounded however much of an input is wrong.
 */
export function collectFaults<T>(items: Iterable<T>, check: (item: T, index: number) => Fault[]): Fault[] {
  const faults: Fault[] = [];
  let index = 0;
  for (const item of items) {
    faults.push(...check(item, index));
    if (faults.length >= MAX_FAULTS) return faults.slice(0, MAX_FAULTS);
    index += 1;
  }
  return faults;
}

const RETRY_AFTER_S = 2;

/** The service or what it depends on cannot do its work now; a later try may succeed. */
export const serviceUnavailable = (): AppError =>
  new AppError('SERVICE_UNAVAILABLE', 'The service cannot answer right now; try again in a moment.', {
    retryAfter: RETRY_AFTER_S,
  });

/** The refusal of an input with all its broken rules, of which the first 100 are named. */
export function badUserInput(faults: Fault[]): AppError {
  const message =
    faults.length === 1
      ? `The input breaks a rule: ${faults[0]!.message}`
      : 'The input breaks several rules; see fields.';
  return new AppError('BAD_USER_INPUT', message, { fields: faults.slice(0, MAX_FAULTS) });
}
