export const USER_ID = /^usr_[0-9a-f]{32}$/;

/** `usr_` and 32 lower-case hex digits; whether such a user exists is known to the subgraph that owns users. */
export const isUserId = (value: unknown): value is string => typeof value === 'string' && USER_ID.test(value);
