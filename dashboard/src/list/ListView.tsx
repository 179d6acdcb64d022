import { useQuery } from '@apollo/client/react';
import { Link } from '../shared/navigation.js';
import { pathOf } from '../shared/routes.js';
import { problemOf } from '../shared/problem.js';
import { CustomersDocument } from '../operations/documents.js';
import { ProblemAlert } from '../ui/Alert.js';
import { CopyAs } from '../ui/CopyAs.js';
import { Heading } from '../ui/Heading.js';
import { CustomerRows } from './CustomerRows.js';
import { Filters } from './Filters.js';
import { PAGE_SIZE } from './list-query.js';
import { useFirstPage, useShownRows } from './use-first-page.js';
import { useListChanges } from './use-list-changes.js';
import { useListQuery } from './use-list-query.js';
import { useNextPages } from './use-next-pages.js';

const countOf = (shown: number, total: number): string =>
  total === 0 ? 'No customers' : `${shown} of ${total} ${total === 1 ? 'customer' : 'customers'}`;

/** All customers, page by page as one scrolls; searched, filtered and ordered. */
export function ListView() {
  const { query, settled, change } = useListQuery();
  const variables = useFirstPage(settled);
  const { data, previousData, loading, error, fetchMore, refetch } = useQuery(CustomersDocument, {
    variables,
    fetchPolicy: 'cache-and-network',
  });
  // While another list is on its way, its predecessor stays.
  const list = (data ?? previousData)?.expressCustomers;
  const edges = list?.edges ?? [];
  const pages = useNextPages(data?.expressCustomers.pageInfo, (after) =>
    fetchMore({ variables: { after, first: PAGE_SIZE } }),
  );
  useShownRows(settled, data?.expressCustomers.edges.length ?? 0);
  const { newCount, showNew } = useListChanges(edges, refetch);
  return (
    <section aria-labelledby="heading">
      <div className="row">
        <Heading>Customers</Heading>
        <Link to={pathOf('new')} className="button">
          New customer
        </Link>
      </div>
      <Filters query={query} onChange={change} />
      <div className="row">
        <p role="status" className="muted">
          {list ? countOf(list.edges.length, list.totalCount) : loading ? 'Loading' : ''}
        </p>
        {newCount > 0 && (
          <button type="button" className="quiet" onClick={showNew}>
            {newCount === 1 ? 'Show the new customer' : `Show ${newCount} new customers`}
          </button>
        )}
      </div>
      {error && (
        <ProblemAlert problem={problemOf(error)}>
          <button type="button" className="quiet" onClick={() => void refetch()}>
            Try again
          </button>
        </ProblemAlert>
      )}
      <CustomerRows customers={edges.map(({ node }) => node)} />
      {pages.problem && <ProblemAlert problem={pages.problem} />}
      <div ref={pages.end}>
        {pages.hasNext && (
          <button type="button" className="quiet" onClick={pages.load}>
            Load more
          </button>
        )}
      </div>
      <CopyAs names={['Customers']} />
    </section>
  );
}
