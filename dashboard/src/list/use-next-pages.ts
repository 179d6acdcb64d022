import { useEffect, useRef } from 'react';
import { useNextPage } from '../ui/use-next-page.js';

/** Loads the next page when `end` comes near the edge of the window, or when `load` is called; each page once. */
export function useNextPages(...[pageInfo, fetchPage]: Parameters<typeof useNextPage>) {
  const page = useNextPage(pageInfo, fetchPage);
  const { load } = page;
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && load(), { rootMargin: '200px' });
    observer.observe(end.current!);
    return () => observer.disconnect();
  }, [load]);
  return { ...page, end };
}
