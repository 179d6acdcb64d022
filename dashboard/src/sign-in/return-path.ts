import { BASE } from '../shared/routes.js';

/** The view to return to after signing in: an address of the dashboard, whatever was kept. */
export function returnPathOf(kept: unknown, origin: string): string {
  const { returnTo } = (kept ?? {}) as { returnTo?: unknown };
  if (typeof returnTo !== 'string' || !URL.canParse(returnTo, origin)) return BASE;
  const url = new URL(returnTo, origin);
  const isOwn = url.origin === origin && (url.pathname === BASE || url.pathname.startsWith(`${BASE}/`));
  return isOwn ? url.pathname + url.search : BASE;
}
