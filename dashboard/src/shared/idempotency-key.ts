/** A new idempotency key. Also where the page was loaded without TLS: there browsers have no `randomUUID`. */
export const newKey = (): string =>
  `dashboard-${Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
