import type { ApolloClient } from '@apollo/client';
import { useEffect } from 'react';
import type { Workspace } from './workspace.js';
import { problemOf } from '../shared/problem.js';
import { FeedDocument, FeedEndDocument } from '../operations/documents.js';
import { FeedReader, type FeedSource } from './follow-feed.js';

const INTERVAL_MS = 3_000;

const sourceOf = (client: ApolloClient): FeedSource => ({
  async findEnd() {
    const { data } = await client.query({ query: FeedEndDocument, fetchPolicy: 'no-cache' });
    return data!.expressCustomerEvents.pageInfo.endCursor!;
  },
  async read(after) {
    const { data } = await client.query({ query: FeedDocument, variables: { after }, fetchPolicy: 'no-cache' });
    const { nodes, pageInfo } = data!.expressCustomerEvents;
    return { changes: nodes, endCursor: pageInfo.endCursor!, hasMore: pageInfo.hasNextPage };
  },
});

/** Follows the feed of changes while the page is seen, and reports what it brings. */
export function useFeed(client: ApolloClient, { changes }: Workspace): void {
  useEffect(() => {
    const reader = new FeedReader(sourceOf(client));
    let isStopped = false;
    let isLooking = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    async function look() {
      clearTimeout(timer);
      if (isStopped || isLooking || document.hidden) return;
      isLooking = true;
      try {
        const found = await reader.look();
        if (!isStopped) changes.report(found);
      } catch (error) {
        // The views say what is wrong with the service; here only a position that is gone matters, and a credential that may not read.
        const { code } = problemOf(error);
        if (code === 'BAD_USER_INPUT') reader.restart();
        isStopped ||= code === 'FORBIDDEN';
      }
      isLooking = false;
      if (!isStopped) timer = setTimeout(() => void look(), INTERVAL_MS);
    }
    const onVisible = () => void look();
    document.addEventListener('visibilitychange', onVisible);
    void look();
    return () => {
      isStopped = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [client, changes]);
}
