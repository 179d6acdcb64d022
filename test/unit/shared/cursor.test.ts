import type { AppError } from '../../../src/shared/app-error.js';
import { cursorScope, decodeCursor, encodeCursor } from '../../../src/shared/cursor.js';

const scope = cursorScope('clinic', 'list', { name: 'a' });

function refusal(action: () => unknown): AppError {
  try {
    action();
  } catch (error) {
    return error as AppError;
  }
  throw new Error('it was not refused');
}

describe('a cursor', () => {
  it('gives back the sort keys that went in, in base64url', () => {
    const keys = ['Zürich "quoted" 🏥', 'cus_1'];
    const cursor = encodeCursor(scope, keys);
    expect(cursor).toMatch(/^[\w-]+$/);
    expect(decodeCursor(scope, cursor, 2)).toEqual(keys);
  });

  it.each([
    ['of another clinic', encodeCursor(cursorScope('other', 'list', { name: 'a' }), ['k'])],
    ['of another filter', encodeCursor(cursorScope('clinic', 'list', { name: 'b' }), ['k'])],
    ['with too few keys', encodeCursor(scope, [])],
    ['with too many keys', encodeCursor(scope, ['a', 'b'])],
    ['whose key is no string', Buffer.from(JSON.stringify([scope, 5])).toString('base64url')],
    ['that is no list', Buffer.from('{"length":2}').toString('base64url')],
    ['that is no JSON', 'abc'],
    ['that is empty', ''],
    ['with stray characters', `${encodeCursor(scope, ['k'])}!`],
    ['with padding', `${encodeCursor(scope, ['k'])}=`],
    ['that is far too long', 'a'.repeat(100_000)],
  ])('refuses a cursor %s', (_title, cursor) => {
    const error = refusal(() => decodeCursor(scope, cursor, 1));
    expect(error.code).toBe('BAD_USER_INPUT');
    expect(error.details.fields).toMatchObject([{ path: ['after'], code: 'INVALID' }]);
  });

  it('may be 5000 characters long, and no longer', () => {
    const cursorOf = (bytes: number) => encodeCursor(scope, ['k'.repeat(bytes - JSON.stringify([scope, '']).length)]);
    const [longest, longer] = [cursorOf(3_750), cursorOf(3_751)];
    expect([longest.length, longer.length]).toEqual([5_000, 5_002]);
    expect(decodeCursor(scope, longest, 1)).toHaveLength(1);
    expect(refusal(() => decodeCursor(scope, longer, 1)).code).toBe('BAD_USER_INPUT');
  });
});
