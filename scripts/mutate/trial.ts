import { transformFileSync } from '@swc/core';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Place } from './places.js';

const ENDS_WITHIN_MS = 600_000;
/** Less than in npm test: a change by which a test waits for ever should not hold up the others. */
const TEST_ENDS_WITHIN_MS = 60_000;

/** A test that failed, or a whole file that could not be run. */
export interface Failure {
  file: string;
  /** null for a whole file. */
  test: string | null;
}

interface JestReport {
  testResults: { name: string; status: string; assertionResults: { status: string; fullName: string }[] }[];
}

const asPattern = (name: string): string => name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A copy of the project in which one line at a time is changed, so that the checkout is never touched. */
export class ScratchCopy {
  readonly folder = mkdtempSync(join(tmpdir(), 'avara-mutate-'));

  constructor() {
    const tracked = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).split('\n').filter(Boolean);
    for (const file of tracked) cpSync(file, join(this.folder, file));
    cpSync('dist', join(this.folder, 'dist'), { recursive: true });
    symlinkSync(join(process.cwd(), 'node_modules'), join(this.folder, 'node_modules'));
  }

  /** Puts the change into the source and into what is built from it; call what it returns to take it out. */
  private change({ file, line, after }: Place): () => void {
    const source = join(this.folder, 'src', file);
    const built = join(this.folder, 'dist', 'src', file.replace(/\.ts$/, '.js'));
    const [sourceText, builtText] = [readFileSync(source, 'utf8'), readFileSync(built, 'utf8')];
    const lines = sourceText.split('\n');
    lines[line - 1] = after;
    writeFileSync(source, lines.join('\n'));
    writeFileSync(built, transformFileSync(source, { swcrc: true, configFile: '.swcrc' }).code);
    return () => {
      writeFileSync(source, sourceText);
      writeFileSync(built, builtText);
    };
  }

  private async runWith(place: Place, tests: string[]): Promise<Failure | null> {
    const undo = this.change(place);
    try {
      return await this.runTests(tests);
    } finally {
      undo();
    }
  }

  /**
   * Runs groups of tests against one change until one fails that passes without the change: on a busy machine a test can
   * fail by itself. @returns the test that noticed.
   */
  async findFailure(place: Place, groups: string[][]): Promise<Failure | null> {
    for (const tests of groups) {
      const failure = await this.runWith(place, tests);
      if (failure && !(await this.runTests([failure.file], failure.test))) return failure;
    }
    return null;
  }

  private get reportFile(): string {
    return join(this.folder, 'report.json');
  }

  /** The first failure that Jest reported; the first of the files where it was ended before it could report. */
  private failureOf(tests: string[]): Failure {
    if (!existsSync(this.reportFile)) return { file: tests[0]!, test: null };
    const { testResults } = JSON.parse(readFileSync(this.reportFile, 'utf8')) as JestReport;
    const failed = testResults.find(({ status }) => status === 'failed');
    const test = failed?.assertionResults.find(({ status }) => status === 'failed')?.fullName ?? null;
    return { file: failed ? relative(join(this.folder, 'test'), failed.name) : tests[0]!, test };
  }

  /** Runs Jest in one process. @param test runs this test alone. */
  async runTests(tests: string[], test: string | null = null): Promise<Failure | null> {
    rmSync(this.reportFile, { force: true });
    // Without --bail, with which Jest ends before it reports.
    const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--silent', '--runInBand'];
    const options = ['--json', '--outputFile', this.reportFile, '--testTimeout', String(TEST_ENDS_WITHIN_MS)];
    const only = test === null ? [] : ['--testNamePattern', `^${asPattern(test)}$`];
    const paths = tests.map((file) => `test/${file}`);
    const argv = [...jest, ...options, ...only, ...paths];
    const child = spawn(process.execPath, argv, { cwd: this.folder, stdio: 'ignore', detached: true });
    // The group, or what a test has started would stay.
    const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), ENDS_WITHIN_MS);
    const [code] = (await once(child, 'exit')) as [number | null];
    clearTimeout(timer);
    return code === 0 ? null : this.failureOf(tests);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
