import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { bin, main } from '../../../package.json';

it('the published package holds the programs, and neither tests nor data', async () => {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']);
  const packed = (JSON.parse(stdout) as [{ files: { path: string }[] }])[0].files.map(({ path }) => path);
  expect(packed).toEqual(expect.arrayContaining([main, ...Object.values(bin)]));
  expect(packed.filter((path) => /^(test|bench|data|node_modules)\/|\/(test|bench)\//.test(path))).toEqual([]);
});
