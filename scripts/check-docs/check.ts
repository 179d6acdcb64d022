import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { blocksOf, type Block } from './blocks.js';
import { findBrokenLinks, listDocuments } from './links.js';
import { startPostgresServer } from '../../test/support/servers/postgres-server.js';
import { Shell } from './shell.js';

// Runs the commands of README and guides as written, in a fresh clone of what is committed; and follows their links.
// Usage: npm run docs:check [-- <document> ...]

const ADDRESS = 'http://127.0.0.1:4000';
const RUN = /^(sh|graphql)$/;

const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8' });

/** The documents whose commands are run. Decision records keep the commands of their time; only their links are checked. */
const documents = (): string[] =>
  listDocuments()
    .filter((file) => !file.startsWith('docs/decisions/'))
    .sort((one, other) => Number(other === 'README.md') - Number(one === 'README.md'));

/** Runs a document's blocks as its reader would, in their order. */
class Reading {
  private customerId = '';
  ran = 0;
  readonly skipped: string[] = [];

  constructor(
    private readonly folder: string,
    private readonly shell: Shell,
  ) {}

  async follow(blocks: Block[]): Promise<void> {
    for (const [index, block] of blocks.entries()) {
      if (!RUN.test(block.language)) continue;
      if (block.skip !== undefined) {
        this.skipped.push(`line ${block.line}: ${block.skip}`);
        continue;
      }
      const printed = await this.run(block, blocks[index + 1]).catch((error: Error) => {
        throw new Error(`line ${block.line}: ${error.message}`);
      });
      if (block.says !== undefined && !printed.includes(block.says))
        throw new Error(`line ${block.line}: "${block.says}" is not in what it printed:\n${printed}`);
      this.ran += 1;
    }
    await this.runPython(blocks.filter(({ language }) => language === 'python'));
  }

  /** One program of all blocks in Python, with the variables that the commands before them have set. */
  private async runPython(blocks: Block[]): Promise<void> {
    const [first] = blocks;
    if (!first) return;
    const hasPython = await this.shell.run('command -v python3').catch(() => null);
    if (hasPython === null) {
      this.skipped.push(`line ${first.line}: there is no python3`);
      return;
    }
    await this.shell.run(`python3 - <<'END-OF-PROGRAM'\n${blocks.map(({ text }) => text).join('\n')}\nEND-OF-PROGRAM`);
    this.ran += blocks.length;
  }

  private async run(block: Block, next: Block | undefined): Promise<string> {
    if (block.stops !== undefined) await this.shell.stop();
    if (block.language === 'graphql') return this.ask(block, next?.language === 'json' ? next.text : '{}');
    if (block.starts !== undefined) return this.shell.start(block.text, block.starts);
    return this.shell.run(block.text);
  }

  /** An operation, with the demo key; an id in the variables stands for the customer that the document made last. */
  private async ask({ text, says }: Block, variables: string): Promise<string> {
    const key = (await readFile(join(this.folder, 'data/api-key'), 'utf8')).trim();
    const own = variables.replace(/cus_[0-9a-f]{32}/g, this.customerId);
    const response = await fetch(`${ADDRESS}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query: text, variables: JSON.parse(own) as object }),
    });
    const answer = await response.text();
    if (answer.includes('"errors"') && says === undefined) throw new Error(answer);
    this.customerId = /cus_[0-9a-f]{32}/.exec(answer)?.[0] ?? this.customerId;
    return answer;
  }
}

/** A document that does not begin with a start is for people who have the service running. */
const needsService = (blocks: Block[]): boolean => {
  const first = blocks.find(
    ({ language, skip }) => (language === 'sh' || language === 'graphql') && skip === undefined,
  );
  return first !== undefined && first.starts === undefined;
};

async function check(file: string, folder: string): Promise<void> {
  const blocks = blocksOf(await readFile(join(folder, file), 'utf8'));
  const postgres = blocks.some((block) => block.with === 'postgresql') ? await startPostgresServer() : null;
  // As somebody has it who opened a terminal: nothing of this run's settings.
  const own = postgres ? { DATABASE_URL: postgres.url('postgres') } : {};
  const shell = new Shell(folder, { PATH: process.env.PATH, HOME: process.env.HOME, ...own });
  const reading = new Reading(folder, shell);
  const started = performance.now();
  try {
    await rm(join(folder, 'data'), { recursive: true, force: true });
    if (needsService(blocks)) await shell.start('npm start', `${ADDRESS}/readyz`);
    await reading.follow(blocks);
  } finally {
    await shell.close();
    await postgres?.remove();
  }
  const seconds = ((performance.now() - started) / 1_000).toFixed(0);
  console.log(`ok   ${file}: ${reading.ran} blocks in ${seconds} s`);
  for (const skipped of reading.skipped) console.log(`     not run, ${skipped}`);
}

async function main(chosen: string[]): Promise<void> {
  if (
    await fetch(ADDRESS).then(
      () => true,
      () => false,
    )
  )
    throw new Error(`Something listens at ${ADDRESS}: stop it first.`);
  const folder = join(await mkdtemp(join(tmpdir(), 'avara-docs-')), 'project');
  git('clone', '--quiet', '.', folder);
  let failures = 0;
  const fail = (text: string) => {
    failures += 1;
    console.error(`FAIL ${text}`);
  };
  for (const file of listDocuments()) for (const fault of await findBrokenLinks(file)) fail(fault);
  const files = chosen.length > 0 ? chosen : documents();
  if (!files.includes('README.md')) execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder });
  for (const file of files) await check(file, folder).catch((error: Error) => fail(`${file}: ${error.message}`));
  await rm(dirname(folder), { recursive: true, force: true });
  process.exitCode = failures > 0 ? 1 : 0;
}

void main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
