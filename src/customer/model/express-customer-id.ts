import { uuidv7obj } from 'uuidv7';

/** A new id: `cus_` and the 32 hex digits of a UUIDv7, greater than every id this process made before. */
export const newExpressCustomerId = (): string => `cus_${uuidv7obj().toHex()}`;

const EXPRESS_CUSTOMER_ID = /^cus_[0-9a-f]{32}$/;

/** An id of any other form belongs to nobody and is answered as unknown, without asking the database. */
export const isExpressCustomerId = (text: string): boolean => EXPRESS_CUSTOMER_ID.test(text);
