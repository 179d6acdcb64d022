import { engines } from '../../../package.json';
import { findNodeFault } from '../../../src/startup/node-version.js';

it.each(['18.20.4', '20.18.3', '16.0.0', '0.12.18'])('refuses Node %s in one line', (version) => {
  const fault = findNodeFault(version);
  expect(fault).toContain(`needs Node ${engines.node.replace('>=', '')} or later, and this is Node ${version}.`);
  expect(fault).not.toContain('\n');
});

it.each([process.versions.node, '20.19.0', '22.0.0', '24.1.0', '26.0.0'])('runs on Node %s', (version) =>
  expect(findNodeFault(version)).toBeNull(),
);
