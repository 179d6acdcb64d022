import { createContext, useContext } from 'react';
import type { SentCall } from '../client/observe-calls.js';
import { Changes } from './changes.js';
import { Store } from '../shared/store.js';

/** What the views of one signed-in caller share. */
export class Workspace {
  /** The last call of each operation, by its name. */
  readonly sent = new Store<ReadonlyMap<string, SentCall>>(new Map());
  /** What was said last, for a moment. */
  readonly notice = new Store('');
  /** Whether the last call had an answer. */
  readonly isConnected = new Store(true);
  readonly changes = new Changes();
  /** How many rows of each list were shown when it was left, by its query: coming back shows as many. */
  readonly shownRows = new Map<string, number>();

  /** Says in words what has happened; screen readers read it out when they have time. */
  readonly announce = (text: string): void => this.notice.set(text);
}

export const WorkspaceContext = createContext<Workspace | null>(null);

export const useWorkspace = (): Workspace => useContext(WorkspaceContext)!;
