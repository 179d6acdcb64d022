import { useQuery } from '@apollo/client/react';
import { useEffect } from 'react';
import { CustomerHistoryDocument, type CustomerHistoryQuery } from '../operations/documents.js';
import { problemOf } from '../shared/problem.js';
import { ProblemAlert } from '../ui/Alert.js';
import { Time } from '../ui/Time.js';
import { useNextPage } from '../ui/use-next-page.js';
import { describeValue, nameField, nameKind } from './history.js';

type Event = NonNullable<CustomerHistoryQuery['expressCustomer']>['events']['edges'][number]['node'];

const PAGE_SIZE = 100;
/** More than a person reads: later ones come when they are asked for. */
const LOADED_UNASKED = 1_000;

/** All events, read page by page since the service has the oldest first. */
function useHistory(id: string) {
  const { data, error, loading, fetchMore } = useQuery(CustomerHistoryDocument, {
    variables: { id, first: PAGE_SIZE },
    fetchPolicy: 'cache-and-network',
  });
  const events = data?.expressCustomer?.events;
  const next = useNextPage(events?.pageInfo, (after) => fetchMore({ variables: { after } }));
  const problem = error ? problemOf(error) : next.problem;
  const isAutomatic = next.hasNext && !problem && events!.edges.length < LOADED_UNASKED;
  const { load } = next;
  useEffect(() => {
    if (isAutomatic && !loading) load();
  });
  const isAsking = next.hasNext && !isAutomatic;
  return { events: events?.edges.map(({ node }) => node) ?? [], isAsking, load, problem };
}

function Changes({ changes }: { changes: Event['changes'] }) {
  return (
    <dl className="changes">
      {changes.map(({ path, before, after }) => (
        <div key={path}>
          <dt>{nameField(path)}</dt>
          <dd>
            <span className="before">{describeValue(before)}</span>
            <span aria-label="became"> → </span>
            <span>{describeValue(after)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Entry({ event }: { event: Event }) {
  return (
    <li>
      <p>
        <strong>{nameKind(event.type)}</strong>, version {event.version}
        <br />
        <span className="muted">
          <Time at={event.occurredAt} /> by {event.actorApiKeyId ? 'API key ' : 'user '}
          <code>{event.actorApiKeyId ?? event.actorUserId}</code>
        </span>
      </p>
      <Changes changes={event.changes} />
    </li>
  );
}

/** What has happened to a customer, latest first: who changed what, with the values before and after. */
export function History({ id }: { id: string }) {
  const { events, isAsking, load, problem } = useHistory(id);
  return (
    <section className="card" aria-labelledby="history-heading">
      <h2 id="history-heading">History</h2>
      {problem && <ProblemAlert problem={problem} />}
      {isAsking && (
        <button type="button" className="quiet" onClick={load}>
          Load later changes
        </button>
      )}
      <ol className="timeline" reversed>
        {events.toReversed().map((event) => (
          <Entry key={event.id} event={event} />
        ))}
      </ol>
    </section>
  );
}
