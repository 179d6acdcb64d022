import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packages } from '../../../package-lock.json';

const PERMISSIVE = ['MIT', 'Apache-2.0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0'];

interface LockedPackage {
  dev?: boolean;
  license?: string;
}

const installed = Object.entries(packages as Record<string, LockedPackage>).filter(([path, { dev }]) => path && !dev);

/** "(MIT AND ISC)" needs both; of "MIT OR GPL-3.0", one is enough. */
const isPermissive = (licence: string): boolean =>
  licence
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((name) => PERMISSIVE.includes(name)));

it('an installation includes no package under a licence that is not permissive', () => {
  expect(installed.length).toBeGreaterThan(100);
  const others = installed.filter(([, { license }]) => !isPermissive(license ?? 'none'));
  expect(others.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
});

describe('the packages whose code the built pages contain', () => {
  const read = async (): Promise<{ name: string; version: string; license?: string }[]> =>
    JSON.parse(await readFile('dist/pages/packages.json', 'utf8'));

  it('are those of package-lock.json, under permissive licences', async () => {
    const bundled = await read();
    expect(bundled.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['@fastify/swagger-ui', 'minisearch', 'react', 'react-dom']),
    );
    const locked = new Set(
      Object.entries(packages as Record<string, { version?: string }>).map(
        ([path, { version }]) => `${path.replace(/.*node_modules\//, '')} ${version}`,
      ),
    );
    expect(bundled.filter(({ name, version }) => !locked.has(`${name} ${version}`))).toEqual([]);
    expect(bundled.filter(({ license }) => !isPermissive(license ?? 'none'))).toEqual([]);
  });

  it('have their licences in a file that is served with them, each with its text', async () => {
    const files = (await readdir('dist/pages/assets')).filter((file) => /^licences\.\w+\.txt$/.test(file));
    expect(files).toHaveLength(1);
    const sections = (await readFile(join('dist/pages/assets', files[0]!), 'utf8')).split(`${'-'.repeat(80)}\n`);
    const bundled = await read();
    expect(sections).toHaveLength(bundled.length);
    for (const [at, { name, version }] of bundled.entries()) {
      expect(sections[at]!.trim()).toMatch(/\bcopyright\b|\blicensed\b/i);
      expect(sections[at]!.trim().startsWith(`${name} ${version}\nLicence: `)).toBe(true);
    }
  });
});

it.each(PERMISSIVE)('NOTICE names %s', async (licence) => {
  expect(await readFile('NOTICE', 'utf8')).toMatch(new RegExp(`(^|[ ,])${licence}([,. ]|$)`, 'm'));
});
