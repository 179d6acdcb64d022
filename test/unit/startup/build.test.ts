import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engines } from '../../../package.json';
import { findNodeFault } from '../../../src/startup/node-version.js';

let project: string;
const at = (name: string): string => join(project, name);
const read = (name: string): string => readFileSync(at(name), 'utf8');
/** What the build says: nothing where it has nothing to do. */
const build = (): string => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: project, encoding: 'utf8' });
  return status === 0 ? stderr : `failed: ${stderr}`;
};

// Instead of the project's own pages, which take all of its documents.
const PAGES = `import { cpSync } from 'node:fs';
export async function buildPages(root, folder) {
  cpSync(root + '/docs', folder, { recursive: true });
}
`;

// Not the project's own: most of the time would go into reading the types of Node.
const COMPILER_OPTIONS = {
  ...{ module: 'node16', lib: ['ES5'], types: [], rootDir: '.', outDir: 'dist' },
  ...{ incremental: true, tsBuildInfoFile: 'dist/.tsbuildinfo' },
};

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'avara-build-'));
  for (const folder of ['scripts/pages', 'src', 'docs']) mkdirSync(at(folder), { recursive: true });
  symlinkSync(join(process.cwd(), 'node_modules'), at('node_modules'));
  for (const script of ['scripts/build.mjs', 'scripts/require-node.mjs']) copyFileSync(script, at(script));
  writeFileSync(at('scripts/pages/build.mjs'), PAGES);
  writeFileSync(at('docs/guide.md'), '# First\n');
  writeFileSync(at('tsconfig.json'), '{}');
  writeFileSync(at('tsconfig.build.json'), JSON.stringify({ compilerOptions: COMPILER_OPTIONS }));
  writeFileSync(at('package.json'), JSON.stringify({ engines }));
  writeFileSync(at('ormconfig.ts'), 'export {};\n');
  writeFileSync(at('src/main.ts'), 'export const version: number = 1;\n');
});
afterEach(() => rmSync(project, { recursive: true }));

it('builds when there is no build, and nothing while neither sources nor build change', () => {
  expect(build()).toBe('Building ...\n');
  expect(build()).toBe('');
});

it('never leaves the build of other sources, whatever has changed', () => {
  writeFileSync(at('src/main.ts'), 'export const version: number = 2;\n');
  expect(build()).toBe('Building ...\n');
  expect(read('dist/src/main.js')).toContain('version = 2');
  appendFileSync(at('dist/src/main.js'), '// written by another command\n');
  expect(build()).toBe('Building ...\n');
  expect(read('dist/src/main.js')).not.toContain('another command');
  rmSync(at('dist/src/main.js'));
  expect(build()).toBe('Building ...\n');
  expect(read('dist/src/main.js')).toContain('version = 2');
  expect(build()).toBe('');
});

it('never leaves the pages of other documents', () => {
  writeFileSync(at('docs/guide.md'), '# Second\n');
  expect(build()).toBe('Building ...\n');
  expect(read('dist/pages/guide.md')).toBe('# Second\n');
  rmSync(at('dist/pages/guide.md'));
  expect(build()).toBe('Building ...\n');
  expect(read('dist/pages/guide.md')).toBe('# Second\n');
  expect(build()).toBe('');
});

it('fails where the sources do, and builds again afterwards', () => {
  writeFileSync(at('src/main.ts'), 'export const version: number = "three";\n');
  expect(build()).toMatch(/^failed: Building/);
  expect(build()).toMatch(/^failed: Building/);
  writeFileSync(at('src/main.ts'), 'export const version: number = 2;\n');
  expect(build()).toBe('Building ...\n');
  expect(build()).toBe('');
});

it.each(['18.20.8', '20.18.3'])('says on Node %s in one line that it is too old, as the service does', (version) => {
  writeFileSync(at('scripts/pages/build.mjs'), "import 'a-package-that-needs-a-newer-node';\n");
  const pretend = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } })`;
  const script = `${pretend}; import('./scripts/build.mjs')`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: project, encoding: 'utf8' });
  writeFileSync(at('scripts/pages/build.mjs'), PAGES);
  expect({ status, stderr }).toEqual({ status: 1, stderr: `${findNodeFault(version)}\n` });
});

it('says without the packages of the build what to do, and uses a build that is there and can run', () => {
  expect(build()).toBe('Building ...\n');
  writeFileSync(at('docs/guide.md'), '# Third\n');
  rmSync(at('node_modules'));
  const runFirst = 'failed: The packages are not installed. Run npm ci first.\n';
  expect(build()).toBe(runFirst);
  mkdirSync(at('node_modules'));
  symlinkSync(join(process.cwd(), 'node_modules/reflect-metadata'), at('node_modules/reflect-metadata'));
  expect(build()).toBe('The packages of the build are not installed (npm ci installs them); dist/ is used as it is.\n');
  rmSync(at('dist'), { recursive: true });
  expect(build()).toBe(runFirst);
});
