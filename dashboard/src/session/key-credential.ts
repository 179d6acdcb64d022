import type { Credential } from './session.js';

const NAMES = { 'demo-key': 'the demo key', key: 'an API key' };

/** A credential made of an API key. */
export const keyCredential = (kind: keyof typeof NAMES, key: string): Credential => ({
  kind,
  name: NAMES[kind],
  getToken: () => Promise.resolve(key),
});
