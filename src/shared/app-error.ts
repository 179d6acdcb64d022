/**
 * Every way a call can fail, with its HTTP status in the REST API. GraphQL answers 200 once execution has begun, except for
 * `CODES_WITH_HTTP_STATUS`.
 */
export const ERROR_STATUS = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  API_KEY_IN_USE: 409,
  API_KEY_LIMIT_REACHED: 409,
  API_KEY_NOT_ACTIVE: 409,
  EXPRESS_CUSTOMER_INACTIVE: 409,
  EXTERNAL_REFERENCE_TAKEN: 409,
  VERSION_CONFLICT: 409,
  IDEMPOTENCY_KEY_REUSED: 422,
  PAYLOAD_TOO_LARGE: 413,
  QUERY_TOO_COMPLEX: 400,
  OPERATION_NOT_TRUSTED: 400,
  RATE_LIMITED: 429,
  SERVICE_UNAVAILABLE: 503,
  INTERNAL_SERVER_ERROR: 500,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** Clients and routers act on these statuses (authenticate again, back off), so GraphQL answers with them too. */
export const CODES_WITH_HTTP_STATUS: ReadonlySet<string> = new Set<ErrorCode>([
  'UNAUTHENTICATED',
  'RATE_LIMITED',
  'SERVICE_UNAVAILABLE',
]);

/** What may be wrong with a field. */
export const FIELD_ERROR_CODES = ['REQUIRED', 'BLANK', 'TOO_LONG', 'TOO_MANY', 'INVALID', 'UNKNOWN'] as const;

export type FieldErrorCode = (typeof FIELD_ERROR_CODES)[number];

/** One broken rule of an input. The message never repeats the value: values can be personal data. */
export interface FieldError {
  path: (string | number)[];
  code: FieldErrorCode;
  message: string;
}

/** What a caller may learn besides code and message; both APIs send these as they are. */
export interface ErrorDetails {
  /** The broken rules of a BAD_USER_INPUT, at most 100. */
  fields?: FieldError[];
  /** The version that a VERSION_CONFLICT found. */
  currentVersion?: number;
  /** The customer that has the reference of an EXTERNAL_REFERENCE_TAKEN, where the caller may read it. */
  expressCustomerId?: string;
  /** Seconds after which the call may be tried again: a RATE_LIMITED or SERVICE_UNAVAILABLE. Always under 60. */
  retryAfter?: number;
  /** The limit that a QUERY_TOO_COMPLEX exceeds, or an API_KEY_LIMIT_REACHED has reached. */
  limit?: number;
  /** How much of it was requested. */
  requested?: number;
}

/**
 * A failure that the caller may see: its code is part of the contract, and its message is written for the caller.
 * Any other error that reaches an API is an unexpected one: it is logged and answered as INTERNAL_SERVER_ERROR.
 */
export class AppError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
    /** Why, for the log alone; without any value of a request. */
    readonly reason?: string,
  ) {
    super(message);
    this.name = 'AppError';
  }

  get status(): number {
    return ERROR_STATUS[this.code];
  }
}

/** How many broken rules one answer names. */
export const MAX_FIELD_ERRORS = 100;

/**
 * Collects the errors of many values until there are as many as an answer names. The rest is not looked at, so that the work
 * is bounded however much of an input is wrong.
 */
export function collectFieldErrors<T>(
  items: Iterable<T>,
  check: (item: T, index: number) => FieldError[],
): FieldError[] {
  const errors: FieldError[] = [];
  let index = 0;
  for (const item of items) {
    errors.push(...check(item, index));
    if (errors.length >= MAX_FIELD_ERRORS) return errors.slice(0, MAX_FIELD_ERRORS);
    index += 1;
  }
  return errors;
}

const RETRY_AFTER_S = 2;

const UNAVAILABLE = 'The service cannot answer right now; try again in a moment.';

/**
 * The service or what it depends on cannot do its work now; a later try may succeed.
 * @param reason what it was, for the log alone.
 */
export const serviceUnavailable = (reason?: string, message = UNAVAILABLE): AppError =>
  new AppError('SERVICE_UNAVAILABLE', message, { retryAfter: RETRY_AFTER_S }, reason);

/** The key was claimed by a call with another input. */
export const idempotencyKeyReused = (): AppError =>
  new AppError('IDEMPOTENCY_KEY_REUSED', 'This idempotency key was used with another input; take a new key.');

/** An input that was rejected, with its broken rules, of which the first 100 are named. */
export function badUserInput(errors: FieldError[]): AppError {
  const message =
    errors.length === 1
      ? `The input breaks a rule: ${errors[0]!.message}`
      : 'The input breaks several rules; see fields.';
  return new AppError('BAD_USER_INPUT', message, { fields: errors.slice(0, MAX_FIELD_ERRORS) });
}
