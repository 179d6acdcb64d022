import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { packages } from '../../../package-lock.json';
import { bin, main, name, version } from '../../../package.json';

it('the published package holds the programs, and neither tests nor data', async () => {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']);
  const packed = (JSON.parse(stdout) as [{ files: { path: string }[] }])[0].files.map(({ path }) => path);
  expect(packed).toEqual(expect.arrayContaining([main, ...Object.values(bin), 'LICENSE', 'NOTICE']));
  expect(packed.filter((path) => /^(test|bench|data|node_modules)\/|\/(test|bench)\//.test(path))).toEqual([]);
});

it('npm run sbom lists what an installation includes and what its pages contain, with licences, and no other tool', async () => {
  await promisify(execFile)('npm', ['run', '--silent', 'sbom']);
  const bill = JSON.parse(await readFile('sbom.cdx.json', 'utf8'));
  expect(bill).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name, version } } });
  const names = bill.components.map((component: { name: string }) => component.name);
  const installed = Object.entries(packages as Record<string, { dev?: boolean }>).filter(
    ([path, { dev }]) => path && !dev,
  );
  const paths = installed.map(([path]) => path.replace(/.*node_modules\//, ''));
  const bundled = (JSON.parse(await readFile('dist/pages/packages.json', 'utf8')) as { name: string }[]).map(
    (one) => one.name,
  );
  expect([...new Set(names)].sort()).toEqual([...new Set([...paths, ...bundled])].sort());
  const marked = bill.components.filter(({ properties }: { properties: { name: string }[] }) =>
    properties.some((property) => property.name === 'cdx:npm:package:bundled'),
  );
  expect(marked.map(({ name }: { name: string }) => name).sort()).toEqual([...bundled].sort());
  for (const tool of ['jest', 'typescript', '@apollo/federation-internals']) expect(names).not.toContain(tool);
  expect(bill.components.filter(({ licenses }: { licenses?: unknown[] }) => !licenses?.length)).toEqual([]);
});
