import { useQuery } from '@apollo/client/react';
import { useEffect, useRef, useState } from 'react';
import { LIST } from './documents';
import { Alert } from './fields';
import { problemOf } from './problem';

function useDebounced(value: string, milliseconds: number): string {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}

/** Calls when the element comes near the window's edge. */
function useNearby(onNearby: () => void) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && onNearby(), {
      rootMargin: '200px',
    });
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, [onNearby]);
  return element;
}

/** All customers, newest first, page by page as one scrolls; searched by name. */
export function CustomerList(props: { selected: string | null; onSelect: (id: string) => void }) {
  const [search, setSearch] = useState('');
  const nameContains = useDebounced(search, 200) || null;
  const { data, previousData, loading, error, fetchMore } = useQuery(LIST, { variables: { filter: { nameContains } } });
  // While another search is on its way, its predecessor's customers stay.
  const list = (data ?? previousData)?.expressCustomers;
  const after = (data?.expressCustomers.pageInfo.hasNextPage && data.expressCustomers.pageInfo.endCursor) || null;
  const asked = useRef<string>(null);
  const more = () => {
    if (after === null || asked.current === after) return;
    asked.current = after;
    fetchMore({ variables: { after } }).catch(() => (asked.current = null));
  };
  const end = useNearby(more);

  return (
    <section aria-labelledby="list-heading">
      <h2 id="list-heading">Customers</h2>
      <div className="field">
        <label htmlFor="search">Search by name</label>
        <input id="search" type="search" value={search} onChange={(event) => setSearch(event.target.value)} />
      </div>
      <p role="status" className="muted">
        {list ? `${list.edges.length} of ${list.totalCount} shown` : loading ? 'Loading' : ''}
      </p>
      {error && <Alert>{problemOf(error).message}</Alert>}
      <ul className="customers">
        {list?.edges.map(({ node }) => (
          <li key={node.id}>
            <button
              type="button"
              aria-current={node.id === props.selected ? 'true' : undefined}
              onClick={() => props.onSelect(node.id)}
            >
              <span className="name">{node.expressCustomerName}</span>
              {!node.isActive && <span className="badge">Inactive</span>}
              <span className="muted">
                {Object.entries(node.metadata)
                  .map(([key, value]) => `${key}: ${value}`)
                  .join(' · ')}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <div ref={end}>
        {after !== null && (
          <button type="button" className="quiet" onClick={more}>
            Load more
          </button>
        )}
      </div>
    </section>
  );
}
