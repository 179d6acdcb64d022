import { setTimeout as sleep } from 'node:timers/promises';
import { BatchQueue } from '../../../src/shared/concurrency/batches.js';

const OPTIONS = {
  name: 'test',
  size: () => 4,
  concurrency: 1,
  shouldRetryIndividually: (error: unknown) => (error as Error).message === 'spoilt',
};

describe('BatchQueue', () => {
  it('run simultaneous items in one batch, in the order asked, at most `size` of it', async () => {
    const sent: string[][] = [];
    const batches = new BatchQueue(async (key: string, items: string[]) => {
      sent.push(items);
      return items.map((item) => `${key}${item}`);
    }, OPTIONS);
    const asked = ['1', '2', '3', '4', '5'].map((item) => batches.add('a', 'a', item));
    expect(await Promise.all([...asked, batches.add('b', 'b', '6')])).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'b6']);
    expect(sent).toEqual([['1', '2', '3', '4'], ['5'], ['6']]);
  });

  it('never let an item join a batch that has begun', async () => {
    const sent: string[][] = [];
    const batches = new BatchQueue(async (_key: string, items: string[]) => {
      sent.push(items);
      await sleep(5);
      return items;
    }, OPTIONS);
    const first = batches.add('a', 'a', '1');
    while (sent.length === 0) await sleep(1);
    await Promise.all([first, batches.add('a', 'a', '2')]);
    expect(sent).toEqual([['1'], ['2']]);
  });

  it('run the items alone when one has spoilt the batch', async () => {
    const batches = new BatchQueue(async (_key: string, items: number[]) => {
      if (items.includes(2)) throw new Error('spoilt');
      return items;
    }, OPTIONS);
    const settled = await Promise.allSettled([1, 2, 3].map((item) => batches.add('a', 'a', item)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('run nothing again when nobody knows whether it took effect', async () => {
    let runs = 0;
    const batches = new BatchQueue(async () => {
      runs += 1;
      throw new Error('connection lost');
    }, OPTIONS);
    const settled = await Promise.allSettled([1, 2, 3].map((item) => batches.add('a', 'a', item)));
    expect(settled.every(({ status }) => status === 'rejected')).toBe(true);
    expect(runs).toBe(1);
  });

  it('drop the items whose caller has gone before their batch began, and no others', async () => {
    const sent: string[][] = [];
    const batches = new BatchQueue(async (_group: string, items: string[]) => {
      sent.push(items);
      return items;
    }, OPTIONS);
    const gone = new AbortController();
    const asked = [batches.add('a', 'a', '1', gone.signal), batches.add('a', 'a', '2', new AbortController().signal)];
    gone.abort(new Error('hung up'));
    expect(await Promise.allSettled(asked)).toEqual([
      { status: 'rejected', reason: new Error('hung up') },
      { status: 'fulfilled', value: '2' },
    ]);
    expect(sent).toEqual([['2']]);
  });

  it('begin no batch when all its callers have gone, and go on with those who come later', async () => {
    let runs = 0;
    const batches = new BatchQueue(async (_group: string, items: string[]) => {
      runs += 1;
      return items;
    }, OPTIONS);
    const signal = AbortSignal.abort(new Error('hung up'));
    await expect(batches.add('a', 'a', '1', signal)).rejects.toThrow('hung up');
    expect(runs).toBe(0);
    expect(await batches.add('a', 'a', '2')).toBe('2');
  });
});
