// Imports nothing of npm's: on an old Node a package would fail with a stack. The service has the same check, for where it is built elsewhere.
import { readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const oldest = engines.node.replace('>=', '');

/** Ends the process in one line where Node is older than package.json asks for. */
export function requireSupportedNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = oldest.split('.').map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  process.stderr.write(
    `avara-express-customers needs Node ${oldest} or later, and this is Node ${process.versions.node}. ` +
      'Install a newer one: https://nodejs.org/en/download\n',
  );
  process.exit(1);
}
