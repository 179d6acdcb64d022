import { randomBytes, randomUUID } from 'node:crypto';
import {
  formatApiKeyToken,
  hashSecret,
  generateSecret,
  parseApiKeyToken,
} from '../../../src/identity/api-key-token.js';
import { fromBase62, toBase62 } from '../../../src/shared/base62.js';

const NO_TOKEN = { failure: expect.anything() };

const someKey = () => ({ clinicId: randomUUID(), apiKeyId: randomUUID(), secret: generateSecret() });

describe('an API key', () => {
  it('reads from a token what was written into it', () => {
    for (let round = 0; round < 200; round += 1) {
      const key = someKey();
      const token = formatApiKeyToken(key);
      expect(token).toMatch(/^avk_[0-9A-Za-z]{43}_[0-9A-Za-z]{49}$/);
      expect(parseApiKeyToken(token)).toEqual(key);
    }
  });

  it('keeps ids that begin with zeros', () => {
    const key = { ...someKey(), clinicId: '00000000-0000-0000-0000-000000000000' };
    expect(parseApiKeyToken(formatApiKeyToken(key))).toEqual(key);
  });

  it('takes a token with any character changed for none', () => {
    const token = formatApiKeyToken(someKey());
    for (let index = 0; index < token.length; index += 1) {
      const changed = token[index] === 'x' ? 'y' : 'x';
      expect(parseApiKeyToken(token.slice(0, index) + changed + token.slice(index + 1))).toEqual(NO_TOKEN);
    }
  });

  it.each([
    '',
    'avk_',
    'avk_short_short',
    `${formatApiKeyToken(someKey())} `,
    formatApiKeyToken(someKey()).toUpperCase(),
  ])('takes %j for no token', (token) => expect(parseApiKeyToken(token)).toEqual(NO_TOKEN));

  it('takes a public part that stands for more than its 32 bytes for no token', () => {
    const crafted = formatApiKeyToken(someKey()).replace(/^avk_.{43}/, `avk_${'z'.repeat(43)}`);
    expect(parseApiKeyToken(crafted)).toEqual(NO_TOKEN);
    expect(fromBase62('z'.repeat(43), 32)).toBeNull();
  });

  it('makes secrets of 256 bits that never repeat, and keeps 256 bits of hash', () => {
    const secrets = new Set(Array.from({ length: 1000 }, generateSecret));
    expect(secrets.size).toBe(1000);
    for (const secret of secrets) expect(fromBase62(secret, 32)).toHaveLength(32);
    expect(hashSecret('a')).toHaveLength(32);
    expect(hashSecret('a').equals(hashSecret('b'))).toBe(false);
  });

  it('writes any bytes as base62 of one width and reads them back', () => {
    for (const bytes of [Buffer.alloc(16), Buffer.alloc(16, 0xff), randomBytes(16), randomBytes(16)]) {
      const text = toBase62(bytes, 22);
      expect(text).toMatch(/^[0-9A-Za-z]{22}$/);
      expect(fromBase62(text, 16)).toEqual(bytes);
    }
  });
});
