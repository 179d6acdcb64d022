import { useEffect, useState } from 'react';
import { navigate, useAddress } from '../shared/navigation.js';
import { formatListQuery, parseListQuery, type ListQuery } from './list-query.js';

const SETTLE_MS = 250;

/** The fields as they are typed, and the query that the list shows once typing has paused. Its place is the page's address. */
export function useListQuery() {
  const address = useAddress();
  const settled = parseListQuery(address.searchParams);
  const text = formatListQuery(settled);
  const [typed, setTyped] = useState<{ query: ListQuery; from: string } | null>(null);
  // Another address, by "back" for example, overrules what was typed before.
  const query = typed?.from === text ? typed.query : settled;
  const { pathname } = address;
  useEffect(() => {
    const wanted = formatListQuery(query);
    if (wanted === text) return;
    const timer = setTimeout(() => navigate(wanted ? `${pathname}?${wanted}` : pathname, { replace: true }), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [query, text, pathname]);
  return { query, settled, change: (next: ListQuery) => setTyped({ query: next, from: text }) };
}
