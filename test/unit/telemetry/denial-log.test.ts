import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { logDenial } from '../../../src/identity/denial-log.js';

const WINDOW_MS = 1_000;

/** Refuses calls of these credentials. @returns the lines of the second in which they came. */
async function linesOf(credentials: string[]): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  for (const [index, credential] of credentials.entries())
    logDenial(
      { log, requestId: `${index}`, outcome: { operation: 'create' } },
      { kind: 'unknown key', apiKeyId: credential },
      credential,
    );
  await sleep(WINDOW_MS + 100);
  return lines;
}

describe('the log of refused credentials', () => {
  it('has one line for the first failure of each credential, and one with the count of the others', async () => {
    const lines = await linesOf(['a', 'b', 'a', 'a', 'a']);
    expect(lines).toEqual([
      expect.objectContaining({ apiKeyId: 'a', requestId: '0', msg: 'denied' }),
      expect.objectContaining({ apiKeyId: 'b', requestId: '1', msg: 'denied' }),
      expect.objectContaining({ apiKeyId: 'a', requestId: '4', count: 3, msg: 'denied' }),
    ]);
  });

  it('is bounded however many credentials strangers make up', async () => {
    const lines = await linesOf(Array.from({ length: 5_000 }, (_, index) => `made up ${index}`));
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toMatchObject({ kind: 'unknown key', count: 4_900 });
    expect(lines.at(-1)).not.toHaveProperty('apiKeyId');
  });

  it('never holds the credential', async () => {
    const lines: string[] = [];
    const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
    for (const _call of [1, 2]) logDenial({ log, requestId: '1', outcome: {} }, { kind: 'malformed' }, 'a secret');
    await sleep(WINDOW_MS + 100);
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toContain('a secret');
  });
});
