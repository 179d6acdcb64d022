import type { RequestContext } from '../../identity/request-context.js';
import { AppError, badUserInput, type FieldError } from '../../shared/app-error.js';
import { isPlainObject } from '../../shared/is-plain-object.js';
import { isUserId } from '../../shared/user-id.js';
import type { ExpressCustomer } from '../contract/express-customer.type.js';
import { toExpressCustomer } from '../contract/express-customer.type.js';
import { toUser, type User } from '../contract/user.type.js';
import * as useCases from '../use-cases/index.js';

const MAX_REPRESENTATIONS = 1_000;

type Key = { __typename: 'ExpressCustomer'; id: unknown } | { __typename: 'User'; id: unknown };
type Entity = (ExpressCustomer & { __typename: 'ExpressCustomer' }) | (User & { __typename: 'User' });

const KEY_FIELDS = { ExpressCustomer: 'expressCustomerId', User: 'userId' } as const;

const malformed = (index: number, name: string): FieldError => ({
  path: ['representations', index, name],
  code: 'INVALID',
  message: 'A representation is an object with the __typename and the key of an entity of this subgraph.',
});

function parseKey(representation: unknown, index: number): Key | FieldError {
  const fields = isPlainObject(representation) ? representation : {};
  const { __typename } = fields;
  if (__typename !== 'ExpressCustomer' && __typename !== 'User') return malformed(index, '__typename');
  const keyField = [KEY_FIELDS[__typename], 'id'].find((name) => Object.hasOwn(fields, name)) ?? KEY_FIELDS[__typename];
  return Object.hasOwn(fields, keyField) ? { __typename, id: fields[keyField] } : malformed(index, keyField);
}

const isFieldError = (key: Key | FieldError): key is FieldError => 'code' in key;

function parseKeys(representations: readonly unknown[]): Key[] {
  if (representations.length > MAX_REPRESENTATIONS) {
    throw new AppError('QUERY_TOO_COMPLEX', `At most ${MAX_REPRESENTATIONS} representations per request.`);
  }
  const keys = representations.map(parseKey);
  const errors = keys.filter(isFieldError);
  if (errors.length > 0) throw badUserInput(errors);
  return keys as Key[];
}

/**
 * Resolves the entities that a router met in other subgraphs: the customers of all representations in one statement, in the
 * order of the representations, with null for whatever is unknown or another clinic's. Whether a user exists is known to
 * the subgraph that owns users, not here.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:read`; BAD_USER_INPUT for a representation of no entity of this subgraph,
 * QUERY_TOO_COMPLEX for more than 1,000.
 */
export async function resolveReferences(
  context: RequestContext,
  representations: readonly unknown[],
): Promise<(Entity | null)[]> {
  const keys = parseKeys(representations);
  const customerIds = keys.map(({ __typename, id }) =>
    __typename === 'ExpressCustomer' && typeof id === 'string' ? id : '',
  );
  const rows = await useCases.expressCustomersById(context, customerIds);
  return keys.map(({ __typename, id }, index): Entity | null => {
    if (__typename === 'User') return isUserId(id) ? { __typename, ...toUser(id) } : null;
    const row = rows[index];
    return row ? { __typename, ...toExpressCustomer(row) } : null;
  });
}
