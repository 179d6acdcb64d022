// npm run sbom: writes sbom.cdx.json, which lists every package of an installation, and those whose code the built pages contain, with
// version, licence and hash (CycloneDX).
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const readJson = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));

// By a shell, because npm is a script on Windows; nothing of the command comes from outside.
const command = 'npm sbom --package-lock-only --sbom-format cyclonedx --sbom-type application';
const bill = JSON.parse(execFileSync(command, { cwd: root, encoding: 'utf8', shell: true, maxBuffer: 2 ** 26 }));

// `--omit dev` leaves out packages that tools of developers need too, such as graphql: the lock file is asked instead.
const { name, version } = readJson('package.json');
const locked = Object.entries(readJson('package-lock.json').packages).filter(([path, { dev }]) => path && !dev);
const installed = new Set(locked.map(([path, { version }]) => `${path.replace(/.*node_modules\//, '')}@${version}`));
installed.add(`${name}@${version}`);
const bundled = new Set(readJson('dist/pages/packages.json').map(({ name, version }) => `${name}@${version}`));
for (const reference of bundled) installed.add(reference);
const isInstalled = (reference) => installed.has(reference);

bill.components = bill.components.filter((component) => isInstalled(component['bom-ref']));
for (const component of bill.components) {
  component.properties = component.properties.filter((property) => property.name !== 'cdx:npm:package:development');
  if (bundled.has(component['bom-ref'])) component.properties.push({ name: 'cdx:npm:package:bundled', value: 'true' });
}
bill.dependencies = bill.dependencies
  .filter(({ ref }) => isInstalled(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(isInstalled) }));
// npm would name it after the folder that holds the checkout.
bill.metadata.component.name = name;
writeFileSync(join(root, 'sbom.cdx.json'), `${JSON.stringify(bill, null, 2)}\n`);
