import { readFile } from 'node:fs/promises';
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

it.each(PERMISSIVE)('NOTICE names %s', async (licence) => {
  expect(await readFile('NOTICE', 'utf8')).toMatch(new RegExp(`(^|[ ,])${licence}([,. ]|$)`, 'm'));
});
