import { useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import type { Credential, Session } from '../session/session.js';
import { useWorkspace } from '../workspace/workspace.js';
import { Link, useAddress } from '../shared/navigation.js';
import { parseRoute, pathOf } from '../shared/routes.js';

const NOTICE_MS = 8_000;

/** What has happened, read out politely and shown for a moment. */
function Notice() {
  const { notice } = useWorkspace();
  const text = useSyncExternalStore(notice.subscribe, notice.get);
  useEffect(() => {
    const timer = setTimeout(() => notice.set(''), NOTICE_MS);
    return () => clearTimeout(timer);
  }, [text, notice]);
  return (
    <p role="status" className="notice">
      {text}
    </p>
  );
}

function useIsOnline(): boolean {
  const [isOnline, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => setOnline(navigator.onLine);
    addEventListener('online', update);
    addEventListener('offline', update);
    return () => {
      removeEventListener('online', update);
      removeEventListener('offline', update);
    };
  }, []);
  return isOnline;
}

function ConnectionNotice() {
  const { isConnected } = useWorkspace();
  const hasAnswer = useSyncExternalStore(isConnected.subscribe, isConnected.get);
  const isOnline = useIsOnline();
  const text = !isOnline
    ? 'This device is offline. What you see may be out of date.'
    : hasAnswer
      ? ''
      : 'The service cannot be reached. What you see may be out of date; the page tries again by itself.';
  return (
    <p role="status" className="banner">
      {text}
    </p>
  );
}

function Navigation() {
  const { view } = parseRoute(useAddress().pathname);
  return (
    <nav aria-label="Views">
      <Link to={pathOf('')} isCurrent={view === 'list'}>
        Customers
      </Link>
      <Link to={pathOf('new')} isCurrent={view === 'new'}>
        New customer
      </Link>
      <Link to={pathOf('keys')} isCurrent={view === 'keys'}>
        API keys
      </Link>
    </nav>
  );
}

/** What surrounds every view. */
export function Frame(props: { session: Session; credential: Credential | null; children: ReactNode }) {
  const { session, credential, children } = props;
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header>
        <Link to={pathOf('')} className="home">
          Express customers
        </Link>
        {credential && <Navigation />}
        {credential && (
          <div className="session">
            <span className="muted">
              Signed in {credential.kind === 'person' ? 'as' : 'with'} {credential.name}
            </span>
            <button type="button" className="quiet" onClick={() => void session.signOut()}>
              Sign out
            </button>
          </div>
        )}
      </header>
      {credential && <ConnectionNotice />}
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      {credential && <Notice />}
    </>
  );
}
