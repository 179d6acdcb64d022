import { useCallback, useEffect, useRef, useState } from 'react';
import { problemOf, type Problem } from '../shared/problem.js';

interface PageInfo {
  hasNextPage: boolean;
  endCursor?: string | null;
}

/**
 * Loads the next page of a list when `load` is called, however often it is called meanwhile. What Apollo Client says of a query is about
 * its first page alone, so why the next one failed is `problem`; it may then be asked for again.
 */
export function useNextPage(pageInfo: PageInfo | undefined, fetchPage: (after: string) => Promise<unknown>) {
  const after = pageInfo?.hasNextPage ? (pageInfo.endCursor ?? null) : null;
  const asked = useRef<string | null>(null);
  const [failed, setFailed] = useState<{ after: string; problem: Problem } | null>(null);
  const fetch = useRef(fetchPage);
  fetch.current = fetchPage;
  // A list that is read again from its start may come to the same place again.
  useEffect(() => {
    asked.current = null;
  }, [after]);
  const load = useCallback(() => {
    if (after === null || asked.current === after) return;
    asked.current = after;
    fetch
      .current(after)
      .catch((error: unknown) => setFailed({ after, problem: problemOf(error) }))
      .finally(() => {
        if (asked.current === after) asked.current = null;
      });
  }, [after]);
  return { hasNext: after !== null, load, problem: failed?.after === after ? failed.problem : null };
}
