// This file imports nothing and is the first to run: on an old Node the packages below would fail with a stack.
const OLDEST: readonly [major: number, minor: number] = [20, 19];

/** What is wrong with this version of Node; null when the service runs on it. */
export function findNodeFault(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return null;
  return `avara-express-customers needs Node ${OLDEST.join('.')} or later, and this is Node ${version}. Install a newer one: https://nodejs.org/en/download`;
}

/** Ends the process in one line where Node is too old. */
export function requireSupportedNode(): void {
  const fault = findNodeFault(process.versions.node);
  if (fault === null) return;
  process.stderr.write(`${fault}\n`);
  process.exit(1);
}
