import { setTimeout as sleep } from 'node:timers/promises';
import { Batches } from '../../src/shared/batches.js';

const OPTIONS = {
  name: 'test',
  size: 4,
  atOnce: 1,
  isFaultOfAnItem: (error: unknown) => (error as Error).message === 'spoilt',
};

describe('Batches', () => {
  it('run together what is asked for at once, in the order asked, at most `size` of it', async () => {
    const sent: string[][] = [];
    const batches = new Batches(async (key: string, items: string[]) => {
      sent.push(items);
      return items.map((item) => `${key}${item}`);
    }, OPTIONS);
    const asked = ['1', '2', '3', '4', '5'].map((item) => batches.add('a', item));
    expect(await Promise.all([...asked, batches.add('b', '6')])).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'b6']);
    expect(sent).toEqual([['1', '2', '3', '4'], ['5'], ['6']]);
  });

  it('never let an item join a batch that has begun', async () => {
    const sent: string[][] = [];
    const batches = new Batches(async (_key: string, items: string[]) => {
      sent.push(items);
      await sleep(5);
      return items;
    }, OPTIONS);
    const first = batches.add('a', '1');
    while (sent.length === 0) await sleep(1);
    await Promise.all([first, batches.add('a', '2')]);
    expect(sent).toEqual([['1'], ['2']]);
  });

  it('run the items alone when one has spoilt the batch', async () => {
    const batches = new Batches(async (_key: string, items: number[]) => {
      if (items.includes(2)) throw new Error('spoilt');
      return items;
    }, OPTIONS);
    const settled = await Promise.allSettled([1, 2, 3].map((item) => batches.add('a', item)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('run nothing a second time when nobody knows whether it took effect', async () => {
    let runs = 0;
    const batches = new Batches(async () => {
      runs += 1;
      throw new Error('connection lost');
    }, OPTIONS);
    const settled = await Promise.allSettled([1, 2, 3].map((item) => batches.add('a', item)));
    expect(settled.every(({ status }) => status === 'rejected')).toBe(true);
    expect(runs).toBe(1);
  });
});
