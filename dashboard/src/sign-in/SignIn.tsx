import { useState, type FormEvent } from 'react';
import type { Settings } from '../settings.js';
import { Alert } from '../ui/Alert.js';
import { TextField } from '../ui/fields.js';
import { Heading } from '../ui/Heading.js';
import { keyCredential } from '../session/key-credential.js';
import type { Session } from '../session/session.js';

function KeyForm({ onKey }: { onKey: (key: string) => void }) {
  const [key, setKey] = useState('');
  const [fault, setFault] = useState<string>();
  function submit(event: FormEvent) {
    event.preventDefault();
    const trimmed = key.trim();
    // A header takes no other characters, and the browser would refuse the call.
    if (!/^[\x21-\x7e]+$/.test(trimmed)) return setFault('Paste the whole key, such as it was shown when it was made.');
    onKey(trimmed);
  }
  return (
    <form onSubmit={submit} noValidate>
      <TextField label="API key" type="password" value={key} fault={fault} onChange={setKey} autoComplete="off" />
      <p className="muted">The key stays in the memory of this page: a reload forgets it.</p>
      <button type="submit">Sign in with the key</button>
    </form>
  );
}

/** How people sign in without a key. */
export interface IssuerSignIn {
  /** Where, for people. */
  name: string;
  /** Leaves the page. */
  signIn(): Promise<void>;
}

interface Props {
  session: Session;
  settings: Settings;
  people: IssuerSignIn | null;
  notice: string | null;
}

/** What is there while nobody is signed in. */
export function SignIn({ session, settings, people, notice }: Props) {
  return (
    <section className="card narrow" aria-labelledby="heading">
      <Heading>Sign in</Heading>
      {notice && <Alert>{notice}</Alert>}
      {people && (
        <p>
          <button type="button" onClick={() => void people.signIn()}>
            Sign in with {people.name}
          </button>
        </p>
      )}
      {settings.demoKey && (
        <p>
          <button type="button" onClick={() => session.signIn(keyCredential('demo-key', settings.demoKey))}>
            Sign in with the demo key
          </button>
        </p>
      )}
      <KeyForm onKey={(key) => session.signIn(keyCredential('key', key))} />
    </section>
  );
}
