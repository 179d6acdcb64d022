import type { RequestContext } from '../../identity/request-context.js';
import { AppError, badUserInput, type Fault } from '../../shared/app-error.js';
import { isUserId } from '../../shared/user-id.js';
import type { ExpressCustomer } from '../contract/express-customer.type.js';
import { toExpressCustomer } from '../contract/express-customer.type.js';
import type { User } from '../contract/user.type.js';
import * as useCases from '../use-cases/index.js';

const MAX_REPRESENTATIONS = 1_000;

type Key = { __typename: 'ExpressCustomer'; id: unknown } | { __typename: 'User'; id: unknown };
type Entity = (ExpressCustomer & { __typename: 'ExpressCustomer' }) | (User & { __typename: 'User' });

const KEY_FIELDS = { ExpressCustomer: 'expressCustomerId', User: 'userId' } as const;

const malformed = (index: number, name: string): Fault => ({
  path: ['representations', index, name],
  code: 'INVALID',
  message: 'A representation is an object with the __typename and the key of an entity of this subgraph.',
});

function keyOf(representation: unknown, index: number): Key | Fault {
  const fields = (typeof representation === 'object' && representation !== null ? representation : {}) as Record<
    string,
    unknown
  >;
  const { __typename } = fields;
  if (__typename !== 'ExpressCustomer' && __typename !== 'User') return malformed(index, '__typename');
  const keyField = KEY_FIELDS[__typename];
  return Object.hasOwn(fields, keyField) ? { __typename, id: fields[keyField] } : malformed(index, keyField);
}

const isFault = (key: Key | Fault): key is Fault => 'code' in key;

function keysOf(representations: readonly unknown[]): Key[] {
  if (representations.length > MAX_REPRESENTATIONS) {
    throw new AppError('QUERY_TOO_COMPLEX', `At most ${MAX_REPRESENTATIONS} representations are resolved at once.`);
  }
  const keys = representations.map(keyOf);
  const faults = keys.filter(isFault);
  if (faults.length > 0) throw badUserInput(faults);
  return keys as Key[];
}

/**
 * What a router asks of us about entities that it met in other subgraphs: the customers of all representations in one
 * statement, in the order that they came, null in the place of whatever is unknown or another clinic's. A user is never
 * checked for existence: the subgraph that owns users knows.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:read`; BAD_USER_INPUT for what is no representation of ours.
 */
export async function resolveReferences(
  context: RequestContext,
  representations: readonly unknown[],
): Promise<(Entity | null)[]> {
  const keys = keysOf(representations);
  const customerIds = keys.map(({ __typename, id }) =>
    __typename === 'ExpressCustomer' && typeof id === 'string' ? id : '',
  );
  const rows = await useCases.expressCustomersById(context, customerIds);
  return keys.map(({ __typename, id }, index): Entity | null => {
    if (__typename === 'User') return isUserId(id) ? { __typename, userId: id } : null;
    const row = rows[index];
    return row ? { __typename, ...toExpressCustomer(row) } : null;
  });
}
