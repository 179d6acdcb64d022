import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const program = (name: string) => resolve('node_modules/.bin', name);

const PROGRAM = `
import createClient from 'openapi-fetch';
import type { paths } from './openapi-typescript.js';
import * as api from './hey-api/index.js';

const client = createClient<paths>({ baseUrl: 'http://127.0.0.1:4000' });

export async function callWithOpenapiFetch(): Promise<string | number | null | undefined> {
  const { data, error } = await client.POST('/v1/express', {
    body: { expressCustomerName: 'City Medical Center', metadata: { region: 'northeast' } },
    params: { header: { 'idempotency-key': 'line-7' } },
  });
  if (error) return error.code === 'RATE_LIMITED' ? error.retryAfter : error.fields?.[0]?.message;
  const path = { expressCustomerId: data.expressCustomerId };
  const page = await client.GET('/v1/express', { params: { query: { limit: 20, cursor: 'x' } } });
  await client.DELETE('/v1/express/{expressCustomerId}/users', { params: { path }, body: { userId: 'usr_1' } });
  return page.data?.cursor;
}

export async function callWithHeyApi(): Promise<number | string | undefined> {
  const { data, error } = await api.updateExpressCustomer({
    body: { metadata: null },
    headers: { 'if-match': '"3"' },
    path: { expressCustomerId: 'cus_1' },
  });
  return error ? error.requestId : data?.userCount;
}
`;

const COMPILER_OPTIONS = {
  ...{ strict: true, noEmit: true, skipLibCheck: true, types: [] },
  ...{ target: 'es2022', module: 'nodenext', lib: ['es2022', 'dom', 'dom.iterable'] },
};

it('openapi.json makes clients of openapi-typescript with openapi-fetch and of hey-api that compile and know every field', async () => {
  // Below the packages that the clients import.
  await mkdir('dist', { recursive: true });
  const folder = await mkdtemp(resolve('dist/clients-'));
  try {
    await Promise.all([
      run(program('openapi-typescript'), [resolve('openapi.json'), '-o', join(folder, 'openapi-typescript.ts')]),
      run(program('openapi-ts'), ['-i', resolve('openapi.json'), '-o', join(folder, 'hey-api'), '--no-log-file']),
      writeFile(join(folder, 'program.ts'), PROGRAM),
      writeFile(
        join(folder, 'tsconfig.json'),
        JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files: ['program.ts'] }),
      ),
    ]);
    const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
    await expect(run(process.execPath, [compiler, '-p', folder])).resolves.toMatchObject({ stdout: '' });
  } finally {
    await rm(folder, { recursive: true });
  }
});
