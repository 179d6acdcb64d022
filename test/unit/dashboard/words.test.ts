import { describeValue, nameField, nameKind } from '../../../dashboard/src/customer/history.js';
import { Session } from '../../../dashboard/src/session/session.js';
import { keyCredential } from '../../../dashboard/src/session/key-credential.js';
import { faultAt, problemOf } from '../../../dashboard/src/shared/problem.js';
import { parseRoute } from '../../../dashboard/src/shared/routes.js';

it('a refused call is explained by the service, with the request id', () => {
  const extensions = {
    code: 'BAD_USER_INPUT',
    requestId: 'r',
    fields: [{ path: ['a', 0], code: 'BLANK', message: 'b' }],
  };
  const problem = problemOf(Object.assign(new Error(), { errors: [{ message: 'Wrong.', extensions }] }));
  expect(problem).toMatchObject({ code: 'BAD_USER_INPUT', message: 'Wrong.', requestId: 'r' });
  expect(faultAt(problem, 'a', 0)).toBe('b');
  expect(faultAt(problem, 'a')).toBeUndefined();
});

it.each([
  [new TypeError('Failed to fetch'), /cannot be reached/],
  [Object.assign(new Error(), { statusCode: 502 }), /status 502/],
])('a call without an answer of the service is explained too', (error, message) => {
  expect(problemOf(error)).toMatchObject({ code: 'NO_ANSWER', message: expect.stringMatching(message), fields: [] });
});

it('what is not known to the history keeps its name', () => {
  expect([nameKind('express_customer.user_added'), nameKind('other.kind')]).toEqual(['User added', 'other.kind']);
  expect([nameField('metadata.a.b'), nameField('other'), nameField('constructor')]).toEqual([
    ...['Metadata: a.b', 'other', 'constructor'],
  ]);
  expect([true, 'no', null].map(describeValue)).toEqual(['yes', 'no', 'none']);
});

it.each([
  ['/customers', { view: 'list' }],
  ['/customers/new', { view: 'new' }],
  [`/customers/cus_${'a'.repeat(32)}`, { view: 'customer', id: `cus_${'a'.repeat(32)}` }],
  ['/customers/constructor', { view: 'unknown' }],
  ['/elsewhere', { view: 'unknown' }],
])('%s is a view', (path, route) => {
  expect(parseRoute(path)).toEqual(route);
});

it('a refused credential is forgotten with the reason, unless another one has taken its place', () => {
  const [first, second] = [keyCredential('key', 'a'), keyCredential('key', 'b')];
  const session = new Session(first);
  session.signIn(second);
  session.refuse(first, 'Refused.');
  expect(session.getState().credential).toBe(second);
  session.refuse(second, 'Refused.');
  expect(session.getState()).toMatchObject({ credential: null, notice: 'Refused.' });
});
