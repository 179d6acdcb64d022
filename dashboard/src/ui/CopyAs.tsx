import { useState, useSyncExternalStore } from 'react';
import { useWorkspace } from '../workspace/workspace.js';
import { asCurl, asGraphQL } from '../client/copy-as.js';
import type { SentCall } from '../client/observe-calls.js';

/** A text that can be copied, by a button and by hand. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [result, setResult] = useState('');
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setResult('Copied.');
    } catch {
      // Without TLS and without permission browsers refuse; the text is there to be copied by hand.
      setResult('The browser does not let this page copy. Select the text and copy it.');
    }
  }
  return (
    <>
      <button type="button" className="quiet" onClick={() => void copy()}>
        {label}
      </button>
      {/* Here and not in the page's notice, which an open dialog covers and no screen reader reads out meanwhile. */}
      <span role="status" className="muted">
        {result}
      </span>
    </>
  );
}

function Call({ call }: { call: SentCall }) {
  const graphql = asGraphQL(call);
  const curl = asCurl(call, location.origin);
  return (
    <>
      <h2>{call.name}</h2>
      <div className="row start">
        <CopyButton text={graphql} label={`Copy ${call.name} as GraphQL`} />
        <CopyButton text={curl} label={`Copy ${call.name} as curl`} />
      </div>
      <pre tabIndex={0} aria-label={`${call.name} as curl`}>
        {curl}
      </pre>
    </>
  );
}

/** The calls that a view has made, as they were sent, to be made elsewhere. The key is left out. */
export function CopyAs({ names }: { names: readonly string[] }) {
  const { sent } = useWorkspace();
  const calls = useSyncExternalStore(sent.subscribe, sent.get);
  const [isOpen, setOpen] = useState(false);
  const found = names.flatMap((name) => calls.get(name) ?? []);
  return (
    <details className="copy" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Copy as GraphQL or curl</summary>
      {isOpen && found.length === 0 && <p className="muted">This view has made no call yet.</p>}
      {isOpen && found.map((call) => <Call key={call.name} call={call} />)}
    </details>
  );
}
