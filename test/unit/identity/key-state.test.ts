import { getKeyState, type ApiKeyEntity } from '../../../src/identity/api-key.entity.js';

const now = new Date('2030-01-31T12:00:00.000Z');

it.each([
  ['active', 1],
  ['expired', 0],
  ['expired', -1],
] as const)('a key is %s when its end is %d ms away', (state, ms) => {
  const key = { revokedAt: null, expiresAt: new Date(now.getTime() + ms) } as ApiKeyEntity;
  expect(getKeyState(key, now)).toBe(state);
});
