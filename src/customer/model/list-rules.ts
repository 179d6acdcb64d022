import { collectFieldErrors } from '../../shared/app-error.js';
import { fieldError } from '../../shared/rules.js';
import { rule, type Rule } from '../../shared/validation.js';
import { ExpressCustomerOrder } from './customer-list.js';
import { EXPRESS_CUSTOMER_EVENT_TYPES } from './express-customer-event.entity.js';

const CUSTOMER_ORDERS = Object.values(ExpressCustomerOrder);

/** GraphQL checks it as an enum; other callers send a text. */
export const customerOrder: Rule = rule({ type: 'string', enum: CUSTOMER_ORDERS }, (order) =>
  (CUSTOMER_ORDERS as unknown[]).includes(order)
    ? []
    : [fieldError('INVALID', `The order must be one of ${CUSTOMER_ORDERS.join(', ')}.`)],
);

const isEventType = (type: unknown): boolean => (EXPRESS_CUSTOMER_EVENT_TYPES as readonly unknown[]).includes(type);

/** Kinds of events: at least one, each of which there is. */
export const eventTypes: Rule = rule(
  { type: 'array', minItems: 1, items: { enum: EXPRESS_CUSTOMER_EVENT_TYPES } },
  (types) => {
    const allowed = EXPRESS_CUSTOMER_EVENT_TYPES.join(', ');
    if (!Array.isArray(types) || types.length === 0)
      return [fieldError('INVALID', `The types must be a list of at least one of ${allowed}.`)];
    return collectFieldErrors(types, (type: unknown, index) =>
      isEventType(type) ? [] : [fieldError('INVALID', `There is no such type: the types are ${allowed}.`, [index])],
    );
  },
);
