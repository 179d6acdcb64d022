import fc from 'fast-check';
import { instantText } from '../../src/shared/instant.js';

describe('instantText', () => {
  it('writes every instant that a Date can hold as toISOString does', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (instant) => {
        expect(instantText(instant)).toBe(instant.toISOString());
      }),
      {
        numRuns: 5_000,
        examples: [[new Date(0)], [new Date(-1)], [new Date('2024-02-29T23:59:59.999Z')], [new Date(8.64e15)]],
      },
    );
  });

  it('refuses an invalid Date as toISOString does', () => {
    expect(() => instantText(new Date(NaN))).toThrow(RangeError);
  });
});
