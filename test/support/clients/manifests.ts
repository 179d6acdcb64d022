import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A folder of a test's own, removed after it. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'avara-documents-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What `@apollo/generate-persisted-query-manifest` writes for documents, by its command line. */
export const generateApolloManifest = (documents: string[]): Promise<string> =>
  inFolder(async (folder) => {
    for (const [at, document] of documents.entries()) await writeFile(join(folder, `${at}.graphql`), document);
    const config = join(folder, 'persisted-query-manifest.config.json');
    await writeFile(config, JSON.stringify({ documents: `${folder}/*.graphql`, output: `${folder}/manifest.json` }));
    const program = require.resolve('@apollo/generate-persisted-query-manifest/cli.js');
    await run(process.execPath, [program, '--config', config], { cwd: folder });
    return readFile(join(folder, 'manifest.json'), 'utf8');
  });

/** The files, by name, that graphql-codegen's client preset generates for documents with `persistedDocuments`. */
export async function generateByCodegen(
  documents: string[],
  persistedDocuments: true | { hashAlgorithm: string },
  config: object = {},
): Promise<Record<string, string>> {
  const schema = await readFile('schema.graphql', 'utf8');
  const program = run(process.execPath, [join(__dirname, 'codegen.cjs')], { maxBuffer: 16 * 1024 * 1024 });
  const presetConfig = { persistedDocuments, fragmentMasking: false };
  program.child.stdin!.end(JSON.stringify({ schema, documents, presetConfig, config }));
  return JSON.parse((await program).stdout) as Record<string, string>;
}

export const generateCodegenManifest = async (
  documents: string[],
  persistedDocuments: true | { hashAlgorithm: string },
): Promise<string> => (await generateByCodegen(documents, persistedDocuments))['gql/persisted-documents.json']!;
