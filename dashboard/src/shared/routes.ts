/** The views, each with an address of its own, which the service knows too. */
export type Route = { view: 'list' | 'new' | 'keys' | 'signed-in' | 'unknown' } | { view: 'customer'; id: string };

export const BASE = '/customers';
export const CUSTOMER_ID = /^cus_[0-9a-f]{32}$/;

const NAMED = { '': 'list', new: 'new', keys: 'keys', 'signed-in': 'signed-in' } as const;

/** The view of an address. */
export function parseRoute(pathname: string): Route {
  const name = pathname.startsWith(BASE) ? pathname.slice(BASE.length).replace(/^\//, '') : null;
  if (name === null) return { view: 'unknown' };
  if (CUSTOMER_ID.test(name)) return { view: 'customer', id: name };
  return { view: Object.hasOwn(NAMED, name) ? NAMED[name as keyof typeof NAMED] : 'unknown' };
}

export const pathOf = (name: string): string => (name === '' ? BASE : `${BASE}/${name}`);
