// npm run test:fault [-- short|full]: the experiments of test/fault one at a time, with their figures on standard error.
import { spawnSync } from 'node:child_process';

const length = process.argv[2] ?? 'full';
if (!['short', 'full'].includes(length)) {
  console.error('The length is short (a minute) or full (about a quarter of an hour).');
  process.exit(2);
}
const experiments = ['test/fault'];
// Tests like any other, of which `npm test` has run the short form already.
if (length === 'full')
  for (const test of [
    'e2e/customers/idempotent-create',
    'e2e/customers/interleavings',
    'e2e/customers/generated-input',
    'e2e/customers/generated-operations',
    'e2e/limits/document-flood',
    'e2e/http/canaries',
    'e2e/limits/limits',
    'e2e/customers/sync-example',
    'e2e/tenant-isolation/secrets',
    'unit/transport/operation-plan',
  ])
    experiments.push(`test/${test}`);
const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', ...experiments, '--runInBand'];
process.exitCode =
  spawnSync(process.execPath, jest, { stdio: 'inherit', env: { ...process.env, FAULT_LENGTH: length } }).status ?? 1;
