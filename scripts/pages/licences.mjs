// The packages of other authors whose code the pages contain. They are tools of the build alone, so package-lock.json does not list them
// among what an installation includes; their licences ask to be passed on all the same.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;
const TEXT = /^(licen[cs]e|notice|copying)/i;

/** The folders of the packages that modules belong to, given by their paths as a bundler lists them. */
export function foldersOf(modules) {
  const folders = modules.map((path) => PACKAGE.exec(path.replace(/^\0/, ''))?.[1]).filter(Boolean);
  return [...new Set(folders)];
}

function readPackage(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder)
    .filter((file) => TEXT.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return { name, version, license, author: author?.name ?? author, text: texts.join('\n\n') };
}

// Some packages name their licence and come without its text.
const describe = ({ name, version, license, author, text }) =>
  `${name} ${version}\nLicence: ${license}\n\n${text || `Copyright ${author ?? `the authors of ${name}`}`}`;

/** Writes the licences as a file that browsers may read, and the list of packages for the bill of materials. */
export function addLicences(site, folder) {
  const packages = [...site.packageFolders].map(readPackage);
  packages.sort((one, other) => (one.name < other.name ? -1 : 1));
  site.addAsset('/assets/licences.txt', `${packages.map(describe).join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
  const list = packages.map(({ name, version, license }) => ({ name, version, license }));
  writeFileSync(join(folder, 'packages.json'), JSON.stringify(list, null, 1));
}
