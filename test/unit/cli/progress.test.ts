import { PassThrough, type Writable } from 'node:stream';
import { formatTimeLeft, showProgress } from '../../../src/cli/progress.js';

/** A terminal, or a file, and what is written to it. */
function watched(isTTY: boolean, columns = 80) {
  let written = '';
  const stderr = Object.assign(new PassThrough(), { isTTY, columns });
  stderr.on('data', (chunk: Buffer) => (written += chunk.toString()));
  const silent: Writable = new PassThrough();
  return { terminal: { environment: {}, stdin: new PassThrough(), stdout: silent, stderr }, written: () => written };
}

it('shows a bar on a terminal, prints lines above it, and never goes back over them', () => {
  const { terminal, written } = watched(true);
  const progress = showProgress(terminal, 200);
  progress.log('line 2: it is not JSON');
  progress.update(100, 5);
  progress.log('line 7: it is not UTF-8');
  progress.update(200, 9);
  progress.stop();
  const shown = written();
  expect(shown).toMatch(/100 % \| 9 lines/);
  // To the beginning of a line, which is cleared, or on a new one.
  for (const line of ['line 2: it is not JSON', 'line 7: it is not UTF-8'])
    expect(shown).toMatch(new RegExp(`(^|\\n|\u001b\\[\\d?[GKJ])${line}(\u001b\\[0?K)?\\n`));
  expect(shown).not.toContain('\u001b8');
});

it('prints plain lines where there is no terminal: no colour, nothing that a terminal obeys', () => {
  const { terminal, written } = watched(false);
  const progress = showProgress(terminal, 200);
  progress.update(100, 10_500);
  progress.log('line 10501: it is not JSON');
  progress.stop();
  expect(written()).toBe('10000 lines\nline 10501: it is not JSON\n');
});

describe('the time that is left', () => {
  const shownAt = (elapsedMs: number, done: number, columns?: number): string => {
    const { terminal, written } = watched(true, columns);
    const times = [0, elapsedMs];
    const progress = showProgress(terminal, 1_000, () => times.shift() ?? elapsedMs);
    progress.update(done, 7);
    progress.stop();
    return written()
      .replaceAll('\u001b', '\n')
      .split(/[\r\n]/)
      .findLast((text) => text.includes(' left'))!;
  };

  it.each([
    [60_000, 500, '1 min 00 s left'],
    [10_000, 250, '30 s left'],
    [3_600_000, 100, '9 h 00 min left'],
    [5_000, 1_000, '0 s left'],
    [5_000, 0, '... left'],
    [10, 1, '... left'],
  ])('after %i ms and %i of 1,000 it is %s', (elapsedMs, done, left) => {
    expect(shownAt(elapsedMs, done)).toMatch(new RegExp(left.replaceAll('.', '\\.')));
  });

  it('is a number while the count stands still, as between two reads of a file', () => {
    const { terminal, written } = watched(true);
    let now = 0;
    const progress = showProgress(terminal, 1_000, () => now);
    for (let lines = 0; lines < 1_000; lines += 1) {
      now += 10;
      progress.update(500, lines);
    }
    progress.stop();
    expect(written()).toMatch(/10 s left/);
    expect(written()).not.toMatch(/NaN|NULL|INF|LLs|NFs/);
  });

  it('fits a narrow terminal with its bar', () => {
    expect(shownAt(3_600_000, 100, 60).length).toBeLessThan(60);
  });

  it.each([
    [0, '0 s'],
    [0.2, '1 s'],
    [59.5, '1 min 00 s'],
    [125, '2 min 05 s'],
    [3_599.1, '1 h 00 min'],
    [100_000, '27 h 46 min'],
  ])('of %d seconds is written %s', (seconds, text) => {
    expect(formatTimeLeft(seconds)).toBe(text);
  });
});
