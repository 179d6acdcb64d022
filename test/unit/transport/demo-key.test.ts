import type { FastifyRequest } from 'fastify';
import { KEY_PLACEHOLDER, showKeyOnLoopback } from '../../../src/transport/pages/demo-key.js';

const KEY = 'avk_demo';

/** What a page shows that is asked for as `host`, by a service that listens on `listensOn`. */
const shown = (listensOn: string, host: string, demoToken: string | null = KEY): string =>
  showKeyOnLoopback({ config: { host: listensOn }, demoToken })({ headers: { host } } as FastifyRequest);

describe('the key that a page shows', () => {
  it.each(['localhost', '127.0.0.1', '127.0.1.1', '::1'])('is the demo key where the service listens on %s', (host) => {
    expect(shown(host, 'localhost:4000')).toBe(KEY);
  });

  it.each(['0.0.0.0', '::', '192.168.0.10', 'express.example.org', '127.example.org'])(
    'is a placeholder where the service listens on %s',
    (host) => expect(shown(host, 'localhost:4000')).toBe(KEY_PLACEHOLDER),
  );

  it.each(['localhost', 'LOCALHOST:4000', '127.0.0.1', '[::1]', '[::1]:80'])('is the demo key for %s', (host) => {
    expect(shown('127.0.0.1', host)).toBe(KEY);
  });

  it.each([
    'attacker.example',
    'localhost.attacker.example',
    '127.0.0.1.nip.io',
    '192.168.0.10',
    '0.0.0.0',
    '127.0.0.2',
  ])('is a placeholder for %s', (host) => expect(shown('127.0.0.1', host)).toBe(KEY_PLACEHOLDER));

  it.each(['http://localhost:5173', 'http://localhost:4000', 'null'])(
    'is a placeholder for a script of %s',
    (origin) => {
      const headers = { host: 'localhost:4000', origin };
      const getShownKey = showKeyOnLoopback({ config: { host: '127.0.0.1' }, demoToken: KEY });
      expect(getShownKey({ headers } as FastifyRequest)).toBe(KEY_PLACEHOLDER);
    },
  );

  it('is a placeholder where there is no demo key', () => {
    expect(shown('127.0.0.1', 'localhost', null)).toBe(KEY_PLACEHOLDER);
  });
});
