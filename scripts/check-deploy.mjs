// npm run check:deploy: tries the alert rules with promtool (PROMTOOL names another one than that of the PATH) and asks systemd how exposed
// the unit leaves the machine. What is not installed is said not to have run.
import { spawnSync } from 'node:child_process';

const UNIT = 'deploy/avara-express-customers.service';
const promtool = process.env.PROMTOOL || 'promtool';

const CHECKS = [
  [promtool, 'check', 'rules', 'deploy/alerts.yaml'],
  [promtool, 'test', 'rules', 'deploy/alerts.test.yaml'],
  // In tenths: systemd calls less than 3 OK.
  ['systemd-analyze', 'security', '--offline=true', '--threshold=30', '--no-pager', UNIT],
];

for (const [program, ...args] of CHECKS) {
  const { error, status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  const command = [program, ...args].join(' ');
  if (error?.code === 'ENOENT') {
    console.error(`NOT RUN: ${command}. There is no ${program}.`);
  } else if (status === 0) {
    console.error(`passed: ${command}`);
  } else {
    console.error(`failed: ${command}\n${stdout}${stderr}`);
    process.exitCode = 1;
  }
}
