import { PassThrough, type Writable } from 'node:stream';
import { showProgress } from '../../src/cli/progress.js';

/** What whoever looks at a terminal, or at a file, is written to. */
function watched(isTTY: boolean) {
  let written = '';
  const stderr = Object.assign(new PassThrough(), { isTTY, columns: 80 });
  stderr.on('data', (chunk: Buffer) => (written += chunk.toString()));
  const silent: Writable = new PassThrough();
  return { terminal: { environment: {}, stdin: new PassThrough(), stdout: silent, stderr }, written: () => written };
}

it('shows a bar on a terminal, tells lines above it, and never goes back over them', () => {
  const { terminal, written } = watched(true);
  const progress = showProgress(terminal, 200);
  progress.tell('line 2: it is not JSON');
  progress.update(100, 5);
  progress.tell('line 7: it is not UTF-8');
  progress.update(200, 9);
  progress.stop();
  const shown = written();
  expect(shown).toMatch(/100 % \| 9 lines/);
  // To the beginning of a line, which is cleared, or on a new one.
  for (const told of ['line 2: it is not JSON', 'line 7: it is not UTF-8'])
    expect(shown).toMatch(new RegExp(`(^|\\n|\u001b\\[\\d?[GKJ])${told}(\u001b\\[0?K)?\\n`));
  expect(shown).not.toContain('\u001b8');
});

it('tells plain lines where there is no terminal: no colour, nothing that a terminal obeys', () => {
  const { terminal, written } = watched(false);
  const progress = showProgress(terminal, 200);
  progress.update(100, 10_500);
  progress.tell('line 10501: it is not JSON');
  progress.stop();
  expect(written()).toBe('10000 lines\nline 10501: it is not JSON\n');
});
