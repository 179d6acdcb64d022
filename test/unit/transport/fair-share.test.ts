import fc from 'fast-check';
import { FairShare } from '../../../src/transport/limits/fair-share.js';

/** Takes one after another as long as there is room. @returns how many it got. */
function takeAll(share: FairShare, holder: string): number {
  let taken = 0;
  for (; share.hasRoom(holder); taken += 1) share.take(holder);
  return taken;
}

describe('a fair share', () => {
  it.each([
    [512, [256, 128, 64]],
    [4, [2, 1, 1]],
    [1, [1, 0]],
  ])('of %d gives each holder half of what the ones before left', (total, taken) => {
    const share = new FairShare(total);
    expect(taken.map((_, holder) => takeAll(share, `${holder}`))).toEqual(taken);
  });

  it('leaves room for a newcomer however many take all that they can get at the same time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), (holders) => {
        const share = new FairShare(512);
        for (let turn = 0; turn < 512; turn += 1) {
          const holder = `${turn % holders}`;
          if (share.hasRoom(holder)) share.take(holder);
        }
        expect(share.hasRoom('newcomer')).toBe(true);
      }),
    );
  });

  it('takes back once what is given back twice', () => {
    const share = new FairShare(4);
    const giveBack = share.take('a', 2);
    share.take('a');
    giveBack();
    giveBack();
    expect({ used: share.used, held: share.held('a') }).toEqual({ used: 1, held: 1 });
  });
});
