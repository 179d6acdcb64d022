import { useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { KeysDocument } from '../operations/documents.js';
import { problemOf } from '../shared/problem.js';
import { ProblemAlert } from '../ui/Alert.js';
import { CopyAs } from '../ui/CopyAs.js';
import { Heading } from '../ui/Heading.js';
import { useNextPage } from '../ui/use-next-page.js';
import { CreateKey } from './CreateKey.js';
import { KeyCard } from './KeyCard.js';
import { ShownOnce } from './ShownOnce.js';

/** The API keys of the clinic, newest first, for callers with the scope keys:manage. */
export function KeysView() {
  const { data, error, loading, fetchMore, refetch } = useQuery(KeysDocument, {
    variables: { first: 20 },
    fetchPolicy: 'cache-and-network',
  });
  // Here and not where it was asked for: that may be gone as soon as the list is read again.
  const [token, setToken] = useState<string | null>(null);
  const keys = data?.expressApiKeys;
  const next = useNextPage(keys?.pageInfo, (after) => fetchMore({ variables: { after } }));
  const problem = error && problemOf(error);
  return (
    <section aria-labelledby="heading">
      <Heading>API keys</Heading>
      <p className="muted">
        With a key, a program calls the service for this clinic. Give each program a key of its own.
      </p>
      {problem && (
        <ProblemAlert problem={problem}>
          <button type="button" className="quiet" onClick={() => void refetch()}>
            Try again
          </button>
        </ProblemAlert>
      )}
      {problem?.code !== 'FORBIDDEN' && <CreateKey onToken={setToken} />}
      <h2 id="keys-heading">Keys of the clinic</h2>
      <p role="status" className="muted">
        {!keys && loading ? 'Loading' : ''}
      </p>
      <ul className="keys" aria-labelledby="keys-heading">
        {keys?.edges.map(({ node }) => (
          <KeyCard key={node.apiKeyId} apiKey={node} onToken={setToken} />
        ))}
      </ul>
      {next.problem && <ProblemAlert problem={next.problem} />}
      {next.hasNext && (
        <button type="button" className="quiet" onClick={next.load}>
          Load more keys
        </button>
      )}
      {token !== null && <ShownOnce token={token} onClose={() => setToken(null)} />}
      <CopyAs names={['Keys', 'CreateKey', 'RotateKey', 'RevokeKey']} />
    </section>
  );
}
