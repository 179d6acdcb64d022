// npm run docs:build [-- <folder>]: writes the documentation alone, for any host of static files.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { addDocumentation } from './pages/documentation.mjs';
import { Site } from './pages/site.mjs';

const root = join(import.meta.dirname, '..');
const folder = join(root, process.argv[2] ?? 'dist/docs');
rmSync(folder, { recursive: true, force: true });
addDocumentation(new Site(folder, { isStatic: true }), root);
process.stdout.write(`The documentation is in ${folder}: any host of static files can serve it.\n`);
