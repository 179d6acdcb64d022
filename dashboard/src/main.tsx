import { createRoot } from 'react-dom/client';
import { App } from './app/App.js';
import { Session } from './session/session.js';
import { readSettings } from './settings.js';
import { keyCredential } from './session/key-credential.js';
import { DoneNotice, Notice } from './sign-in/Notice.js';
import type { People } from './sign-in/people.js';
import { parseRoute } from './shared/routes.js';
import './styles.css';

const settings = readSettings(document.body.dataset);
const isBackFromIssuer = settings.signIn !== null && parseRoute(location.pathname).view === 'signed-in';
// In development the service hands out the demo key, and nobody needs to sign in. Who does all the same, and is refused, reads why.
const usesDemoKey = settings.demoKey !== '' && !isBackFromIssuer;
const session = new Session(usesDemoKey ? keyCredential('demo-key', settings.demoKey) : null);
const root = createRoot(document.getElementById('root')!);

/** Null where no issuer is configured: then what speaks to one is not loaded either. */
async function loadPeople(): Promise<People | null> {
  if (!settings.signIn) return null;
  try {
    const { People } = await import('./sign-in/people.js');
    return new People(settings.signIn, session);
  } catch {
    session.explain('The program to sign in could not be loaded. Reload the page, or use an API key.');
    return null;
  }
}

async function start(): Promise<void> {
  if (isBackFromIssuer) root.render(<Notice title="Signing in">One moment.</Notice>);
  const people = await loadPeople();
  if (await people?.finish()) root.render(<DoneNotice />);
  else root.render(<App session={session} settings={settings} people={people} />);
}

void start();
