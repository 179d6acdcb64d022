// npm run test:citus: with CITUS_URL, the address of a database of a cluster's coordinator that knows its workers, the tests that touch
// the database, on distributed tables. Without it, the tests of writes on one PostgreSQL, by the statements that a cluster gets.
import { spawnSync } from 'node:child_process';

const WRITES = [
  'integration/(idempotent-create|express-customer-changes|external-references|event-feed|mixed-calls|batched-calls|database/distribute)',
  'contract/(tries|rest-retries|lost-replies)',
];
const isCluster = Boolean(process.env.CITUS_URL);
if (!isCluster) console.error('CITUS_URL is not set: the statements for a cluster are tried on one PostgreSQL.');
const tests = isCluster ? ['test/integration', 'test/e2e', 'test/contract'] : [...WRITES, '-t', '^(?!.*on embedded)'];
const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', ...tests, ...process.argv.slice(2)];
const env = isCluster ? process.env : { ...process.env, WRITE_TABLE_BY_TABLE: 'true' };
process.exitCode = spawnSync(process.execPath, jest, { stdio: 'inherit', env }).status ?? 1;
