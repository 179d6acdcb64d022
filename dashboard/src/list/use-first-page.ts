import { useEffect, useMemo } from 'react';
import { useWorkspace } from '../workspace/workspace.js';
import { formatListQuery, toVariables, type ListQuery } from './list-query.js';

/**
 * The variables of a list's first page. Who comes back to a list gets as many rows as were shown before, at most 100, so that the
 * place in it is kept.
 */
export function useFirstPage(query: ListQuery) {
  const { shownRows } = useWorkspace();
  const text = formatListQuery(query);
  // Read once per list: rows that scrolling loads must not ask for the first page again.
  return useMemo(() => toVariables(query, shownRows.get(text)), [text]);
}

/** Remembers how many rows of a list are shown. */
export function useShownRows(query: ListQuery, count: number): void {
  const { shownRows } = useWorkspace();
  const text = formatListQuery(query);
  useEffect(() => {
    if (count > 0) shownRows.set(text, count);
  }, [shownRows, text, count]);
}
