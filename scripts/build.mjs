// npm run build: builds the service and its pages into dist/, and does nothing when dist/ holds the build of these very sources. It compares
// contents, not times, and looks at what lies in dist/ too: another command may have written there since.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireSupportedNode } from './require-node.mjs';

requireSupportedNode();

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'dist', '.build');
const incremental = join(root, 'dist', '.tsbuildinfo');

const filesBelow = (folder) =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
        .sort()
    : [];

const filesInRoot = (pattern) =>
  readdirSync(root)
    .filter((name) => pattern.test(name))
    .map((name) => join(root, name))
    .sort();

function fingerprint(files, describe) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0${describe(file)}\0`);
  return hash.digest('hex');
}

const sources = () =>
  fingerprint(
    [
      ...['src', 'docs', 'dashboard', 'scripts/pages'].flatMap(filesBelow),
      ...filesInRoot(
        /^(ormconfig\.ts|package(-lock)?\.json|tsconfig.*\.json|schema\.graphql|(CHANGELOG|SECURITY)\.md)$/,
      ),
    ],
    (file) => readFileSync(file, 'utf8'),
  );

// The build writes src/, pages/, ormconfig.js and package.json; other commands write other folders of dist/.
const outputs = () =>
  fingerprint(
    [
      ...['dist/src', 'dist/pages'].flatMap(filesBelow),
      join(root, 'dist/ormconfig.js'),
      join(root, 'dist/package.json'),
    ],
    (file) => {
      const { mtimeMs, size } = existsSync(file) ? statSync(file) : { mtimeMs: 0, size: 0 };
      return `${mtimeMs} ${size}`;
    },
  );

function find(module) {
  try {
    return createRequire(import.meta.url).resolve(module);
  } catch {
    return null;
  }
}

// As in an installation without the packages of the build, to which dist/ was copied.
function useAsItIs() {
  const canRun = existsSync(join(root, 'dist/src/main.js')) && find('reflect-metadata') !== null;
  process.stderr.write(
    canRun
      ? 'The packages of the build are not installed (npm ci installs them); dist/ is used as it is.\n'
      : 'The packages are not installed. Run npm ci first.\n',
  );
  process.exit(canRun ? 0 : 1);
}

const before = sources();
const [builtFrom, built] = existsSync(stamp) ? readFileSync(stamp, 'utf8').split('\n') : [];
const isUntouched = built === outputs();
if (isUntouched && builtFrom === before) process.exit(0);

const compiler = find('typescript/bin/tsc');
if (compiler === null) useAsItIs();

process.stderr.write('Building ...\n');
rmSync(stamp, { force: true });
// The compiler would leave files alone that it wrote itself once and that have changed since.
if (!isUntouched) rmSync(incremental, { force: true });
// Pages are built while the compiler, a process of its own, checks and writes the service.
const compiling = spawn(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
const compiled = once(compiling, 'exit');
const { buildPages } = await import('./pages/build.mjs');
await buildPages(root, join(root, 'dist/pages'));
const [status] = await compiled;
if (status !== 0) process.exit(status ?? 1);
// A source that changed while it was built is built again the next time.
writeFileSync(stamp, `${before}\n${outputs()}\n`);
