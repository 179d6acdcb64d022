import { useCallback, useEffect, useRef } from 'react';

interface PageInfo {
  hasNextPage: boolean;
  endCursor?: string | null;
}

/** Loads the next page when `end` comes near the edge of the window, or when `load` is called; each page once. */
export function useNextPages(pageInfo: PageInfo | undefined, fetchPage: (after: string) => Promise<unknown>) {
  const after = pageInfo?.hasNextPage ? (pageInfo.endCursor ?? null) : null;
  const asked = useRef<string | null>(null);
  const fetch = useRef(fetchPage);
  fetch.current = fetchPage;
  const load = useCallback(() => {
    if (after === null || asked.current === after) return;
    asked.current = after;
    // The list shows what went wrong; the same page may then be asked for again.
    fetch.current(after).catch(() => (asked.current = null));
  }, [after]);
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && load(), { rootMargin: '200px' });
    observer.observe(end.current!);
    return () => observer.disconnect();
  }, [load]);
  return { end, load, hasNext: after !== null };
}
