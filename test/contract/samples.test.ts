import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { blocksOf, type Block } from '../../scripts/check-docs/blocks.js';
import { startService, type Clinic, type Service } from '../support/service.js';

// `npm run docs:check` runs the samples in curl, and those in Python where there is one.

const run = promisify(execFile);

let service: Service;
let clinic: Clinic;
let samples: Block[];
beforeAll(async () => {
  service = await startService('embedded');
  samples = blocksOf(await readFile('docs/samples.md', 'utf8'));
});
afterAll(() => service.stop());
beforeEach(async () => {
  clinic = await service.newClinic();
});

const textIn = (language: string): string =>
  samples
    .filter((block) => block.language === language)
    .map(({ text }) => text)
    .join('\n');

// The packages' types of Node are not those of the reader's program: it has fetch and process.
const DECLARATIONS = 'declare const process: { env: Record<string, string> };';
const COMPILER_OPTIONS = {
  ...{ strict: true, target: 'es2022', module: 'nodenext', types: [] },
  lib: ['es2022', 'dom', 'dom.iterable'],
};

const PROGRAM = `
export {};
const post = (name: string) => () =>
  fetch(\`\${process.env.AVARA_URL}/v1/express\`, { method: 'POST', headers, body: JSON.stringify({ expressCustomerName: name }) });
console.log((await callPatiently(post('Lakeside Clinic'))).status);
console.log(await callPatiently(post('')).catch((error: Error) => error.message));
console.log(await createCustomer('City Medical Center', 'order-4711'));
console.log(await createCustomer('Another', 'order-4711').catch((error: Error) => error.message));
`;

it('the samples in TypeScript compile and do what the page says', async () => {
  await mkdir('dist', { recursive: true });
  const folder = await mkdtemp(resolve('dist/samples-'));
  try {
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await writeFile(join(folder, 'program.ts'), DECLARATIONS + textIn('ts') + PROGRAM);
    const settings = { compilerOptions: COMPILER_OPTIONS, files: ['program.ts'] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings));
    const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
    await run(process.execPath, [compiler, '-p', folder]);
    const env = { AVARA_URL: service.url, AVARA_KEY: clinic.token };
    const { stdout } = await run(process.execPath, [join(folder, 'program.js')], { env });
    const [id, listed, status, refused, again, reused] = stdout.trim().split('\n');
    expect(id).toMatch(/^cus_[0-9a-f]{32}$/);
    expect([listed, status, again]).toEqual(['City Medical Center', '200', id]);
    expect(refused).toMatch(/^BAD_USER_INPUT: .+ \([0-9a-f-]{36}\)$/);
    expect(reused).toMatch(/^IDEMPOTENCY_KEY_REUSED: /);
  } finally {
    await rm(folder, { recursive: true });
  }
});

// What a program in any language has in common with the service: paths, headers, fields, statuses.
const WORDS =
  /\/v1\/express|limit=?|100|(?<![\w$])cursor(?!\w)|idempotency-key|retry-?after|Bearer|order-4711|AVARA_\w+|express\w*Customer\w*|requestId|(?<=[."])(?:code|message)(?!\w)|\b(?:429|503)\b|City Medical Center/gi;
const wordsOf = (text: string): string[] =>
  [...new Set([...text.matchAll(WORDS)].map(([word]) => word.toLowerCase().replace(/[=-]/g, '')))].sort();

it('the samples in Python and C# use the same address, headers and fields as those in TypeScript', () => {
  const expected = wordsOf(textIn('ts'));
  for (const word of [
    '/v1/express',
    'idempotencykey',
    'retryafter',
    'expresscustomername',
    'cursor',
    'requestid',
    '503',
  ])
    expect(expected).toContain(word);
  for (const language of ['python', 'csharp'])
    expect([language, wordsOf(textIn(language))]).toEqual([language, expected]);
});

it('README creates in PowerShell what curl creates: a command that this service accepts', async () => {
  const readme = await readFile('README.md', 'utf8');
  const { text } = blocksOf(readme).find(({ language }) => language === 'powershell')!;
  const [, path] =
    /Invoke-RestMethod http:\/\/127\.0\.0\.1:4000(\S+) -Method Post -ContentType 'application\/json'/.exec(text)!;
  expect(text).toContain('authorization = "Bearer $(Get-Content data/api-key)"');
  const body = /-Body '(.+)'/.exec(text)![1]!;
  const headers = { authorization: `Bearer ${clinic.token}`, 'content-type': 'application/json' };
  const created = await service.request(path!, { method: 'POST', headers, body });
  expect(created.status).toBe(200);
  expect(readme).toContain(`"expressCustomerName": "${created.body.expressCustomerName}"`);
});
