import { ApolloProvider } from '@apollo/client/react';
import { useMemo, useSyncExternalStore } from 'react';
import { createClient } from '../client/client.js';
import type { CallObserver } from '../client/observe-calls.js';
import { useFeed } from '../workspace/use-feed.js';
import type { Credential, Session } from '../session/session.js';
import { SignIn, type IssuerSignIn } from '../sign-in/SignIn.js';
import { SignInAgain } from '../sign-in/SignInAgain.js';
import type { Settings } from '../settings.js';
import { Workspace, WorkspaceContext } from '../workspace/workspace.js';
import { Frame } from './Frame.js';
import { Views } from './Views.js';

const REFUSED =
  'The service does not accept this sign-in: the key or token is unknown, has expired or was revoked. Sign in again.';

function observerFor(workspace: Workspace, session: Session, credential: Credential): CallObserver {
  return {
    onSent: (call) => workspace.sent.set(new Map(workspace.sent.get()).set(call.name, call)),
    onAnswered: (problem) => {
      workspace.isConnected.set(true);
      if (problem?.code === 'UNAUTHENTICATED') session.refuse(credential, REFUSED);
    },
    onLost: () => workspace.isConnected.set(false),
  };
}

function SignedIn({ session, credential }: { session: Session; credential: Credential }) {
  const [workspace, client] = useMemo(() => {
    const shared = new Workspace();
    return [shared, createClient(credential, observerFor(shared, session, credential))] as const;
  }, [session, credential]);
  useFeed(client, workspace);
  return (
    <ApolloProvider client={client}>
      <WorkspaceContext value={workspace}>
        <Frame session={session} credential={credential}>
          {credential.renewal && <SignInAgain session={session} renewal={credential.renewal} />}
          <Views />
        </Frame>
      </WorkspaceContext>
    </ApolloProvider>
  );
}

/** The page: the views of who is signed in, or the way to sign in. */
export function App({
  session,
  settings,
  people,
}: {
  session: Session;
  settings: Settings;
  people: IssuerSignIn | null;
}) {
  const { credential, notice } = useSyncExternalStore(session.subscribe, session.getState);
  if (credential) return <SignedIn session={session} credential={credential} />;
  return (
    <Frame session={session} credential={null}>
      <SignIn session={session} settings={settings} people={people} notice={notice} />
    </Frame>
  );
}
