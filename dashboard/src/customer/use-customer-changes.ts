import { useApolloClient } from '@apollo/client/react';
import { useEffect, useRef } from 'react';
import { useWorkspace } from '../workspace/workspace.js';

/** Shows what others change of a customer while it is looked at. */
export function useCustomerChanges(id: string, version: number | undefined): void {
  const client = useApolloClient();
  const { changes, announce } = useWorkspace();
  const shown = useRef(version);
  shown.current = version;
  useEffect(
    () =>
      changes.subscribe((found) => {
        const versions = found.filter(({ expressCustomerId }) => expressCustomerId === id).map((one) => one.version);
        const latest = Math.max(...versions);
        // Own changes are shown already when the feed brings them.
        if (shown.current === undefined || !(latest > shown.current)) return;
        announce(`Somebody changed this customer: it is now version ${latest}.`);
        void client.refetchQueries({ include: ['Customer', 'CustomerUsers', 'CustomerHistory'] });
      }),
    [client, changes, announce, id],
  );
}
