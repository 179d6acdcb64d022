import { transformFileSync } from '@swc/core';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Place } from './places.js';

const ENDS_WITHIN_MS = 600_000;

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

  /** Runs groups of tests against one change until one fails. @returns the group that failed; what does not end has failed, too. */
  async findFailure(place: Place, groups: string[][]): Promise<string[] | null> {
    const undo = this.change(place);
    try {
      for (const tests of groups) if ((await this.runTests(tests)) !== 0) return tests;
      return null;
    } finally {
      undo();
    }
  }

  /** @returns the exit code of Jest, which stops at the first failure. */
  async runTests(tests: string[]): Promise<number> {
    const paths = tests.map((test) => `test/${test}`);
    const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--bail', '--silent', ...paths];
    const child = spawn(process.execPath, jest, { cwd: this.folder, stdio: 'ignore', detached: true });
    // The group, or what a test has started would stay.
    const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), ENDS_WITHIN_MS);
    const [code] = (await once(child, 'exit')) as [number | null];
    clearTimeout(timer);
    return code ?? 1;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
