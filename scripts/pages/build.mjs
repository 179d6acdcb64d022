// Builds what the service shows in a browser into dist/pages: the documentation, rendered from docs/*.md, the dashboard, and the scripts
// and style sheets of all pages, compressed and with their hash in the name. site.json lists every file with its URL,
// packages.json the packages whose code they contain.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Site } from './site.mjs';
import { addDocumentation } from './documentation.mjs';
import { addDashboard } from './dashboard.mjs';
import { addExplorer, addReference } from './applications.mjs';
import { addLicences } from './licences.mjs';

/** @param {string} root folder of the project @param {string} folder where the pages are written */
export async function buildPages(root, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const site = new Site(folder);
  addDocumentation(site, root);
  addReference(site, root);
  await addExplorer(site, root);
  await addDashboard(site, root, folder);
  addLicences(site, folder);
  writeFileSync(join(folder, 'site.json'), JSON.stringify(site.manifest, null, 1));
}
