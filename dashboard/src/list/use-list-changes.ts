import { useApolloClient } from '@apollo/client/react';
import { useEffect, useRef, useState } from 'react';
import { useWorkspace } from '../workspace/workspace.js';
import type { Change } from '../workspace/changes.js';
import { CustomerDocument, type CustomerRowFragment } from '../operations/documents.js';

type Edges = readonly { node: CustomerRowFragment }[];

/** What changes mean for a list: which of its customers to read again, and how many were created since. */
export function sortChanges(changes: readonly Change[], shown: ReadonlyMap<string, number>) {
  const isNewer = ({ expressCustomerId, version }: Change) => version > (shown.get(expressCustomerId) ?? Infinity);
  const changed = changes.filter(isNewer).map(({ expressCustomerId }) => expressCustomerId);
  const created = changes.filter(
    ({ type, expressCustomerId }) => type === 'express_customer.created' && !shown.has(expressCustomerId),
  );
  return { changedIds: [...new Set(changed)], createdIds: created.map(({ expressCustomerId }) => expressCustomerId) };
}

/** Keeps the rows of a list up to date, and counts the customers that were created since; they come when they are asked for. */
export function useListChanges(edges: Edges, refetch: () => Promise<unknown>) {
  const client = useApolloClient();
  const { changes, announce } = useWorkspace();
  const [created, setCreated] = useState<readonly string[]>([]);
  const shown = useRef<ReadonlyMap<string, number>>(new Map());
  shown.current = new Map(edges.map(({ node }) => [node.id, node.version]));
  useEffect(
    () =>
      changes.subscribe((found) => {
        const { changedIds, createdIds } = sortChanges(found, shown.current);
        const read = (id: string) =>
          client.query({ query: CustomerDocument, variables: { id }, fetchPolicy: 'network-only' });
        if (changedIds.length > 0)
          void Promise.allSettled(changedIds.map(read)).then(() =>
            announce(
              changedIds.length === 1 ? 'A customer was updated.' : `${changedIds.length} customers were updated.`,
            ),
          );
        if (createdIds.length > 0) setCreated((before) => [...new Set([...before, ...createdIds])]);
      }),
    [client, changes, announce],
  );
  const missing = created.filter((id) => !shown.current.has(id));
  const showNew = () => {
    setCreated([]);
    void refetch();
  };
  return { newCount: missing.length, showNew };
}
