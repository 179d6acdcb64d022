// npm run test:openapi: what other people's tools say of openapi.json. Redocly and Spectral find nothing, and the client that orval
// generates compiles. npm fetches these programs, and for orval a Node 22, into its cache: they would make every install half as
// large again. What npm cannot fetch is said not to have run.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const REDOCLY = ['@redocly/cli@2.77.0'];
const SPECTRAL = ['@stoplight/spectral-cli@6.16.3'];
const ORVAL = ['node@22', 'orval@8.38.0'];

const PROGRAM = `
import { createExpressCustomer, expressCustomers } from './orval.js';

export async function callWithOrval(): Promise<string | number | undefined> {
  const created = await createExpressCustomer({ expressCustomerName: 'City Medical Center', metadata: { region: 'northeast' } });
  if (created.status === 422) return created.data.code;
  if (created.status !== 200) return created.data.fields?.[0]?.message;
  const page = await expressCustomers({ limit: 20 });
  return page.status === 200 ? page.data.expressCustomers[0]?.userCount : page.data.requestId;
}
`;

const COMPILER_OPTIONS = {
  ...{ strict: true, noEmit: true, skipLibCheck: true, types: [] },
  ...{ target: 'es2022', module: 'nodenext', lib: ['es2022', 'dom', 'dom.iterable'] },
};

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) throw new Error(`Failed: ${command} ${args.join(' ')}`);
}

const optionsOf = (packages) => ['--yes', ...packages.map((name) => `--package=${name}`), '--'];

const runPackage = (packages, args) => run('npx', [...optionsOf(packages), ...args]);

function canFetch(packages) {
  const options = { stdio: 'ignore', shell: process.platform === 'win32' };
  return spawnSync('npx', [...optionsOf(packages), 'node', '--version'], options).status === 0;
}

function compileOrval() {
  mkdirSync('dist', { recursive: true });
  const folder = mkdtempSync(resolve('dist/orval-'));
  try {
    const output = join(folder, 'orval.ts');
    const generate = ['orval', '--input', 'openapi.json', '--output', output, '--client', 'fetch'];
    runPackage(ORVAL, generate);
    writeFileSync(join(folder, 'program.ts'), PROGRAM);
    const settings = { compilerOptions: COMPILER_OPTIONS, files: ['program.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
    run(process.execPath, [createRequire(import.meta.url).resolve('typescript/bin/tsc'), '-p', folder]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const CHECKS = [
  [REDOCLY, () => runPackage(REDOCLY, ['redocly', 'lint', 'openapi.json', '--extends', 'recommended-strict'])],
  [SPECTRAL, () => runPackage(SPECTRAL, ['spectral', 'lint', 'openapi.json', '--fail-severity', 'hint'])],
  [ORVAL, compileOrval],
];

for (const [packages, check] of CHECKS) {
  if (!canFetch(packages)) {
    console.error(`NOT RUN: ${packages.join(' with ')}. npm cannot fetch it.`);
    continue;
  }
  try {
    check();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
