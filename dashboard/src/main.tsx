import { createRoot } from 'react-dom/client';
import { App } from './app/App.js';
import { Session } from './session/session.js';
import { readSettings } from './settings.js';
import { keyCredential } from './session/key-credential.js';
import './styles.css';

const settings = readSettings(document.body.dataset);
// In development the service hands out the demo key, and nobody needs to sign in.
const session = new Session(settings.demoKey ? keyCredential('demo-key', settings.demoKey) : null);

createRoot(document.getElementById('root')!).render(<App session={session} settings={settings} />);
