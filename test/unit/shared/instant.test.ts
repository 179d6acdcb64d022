import fc from 'fast-check';
import { instantText, parseInstant } from '../../../src/shared/instant.js';

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

describe('parseInstant', () => {
  it.each([
    ['2030-01-31T12:00:00Z', '2030-01-31T12:00:00.000Z'],
    ['2030-01-31t12:00:00.1239z', '2030-01-31T12:00:00.123Z'],
    ['2030-01-31T12:00:00+05:30', '2030-01-31T06:30:00.000Z'],
    ['2028-02-29T23:59:59-23:59', '2028-03-01T23:58:59.000Z'],
    ['2000-02-29T00:00:00-00:00', '2000-02-29T00:00:00.000Z'],
  ])('reads %s', (text, instant) => {
    expect(parseInstant(text)?.toISOString()).toBe(instant);
  });

  it.each([
    ...['2030-02-30T12:00:00Z', '2030-02-29T12:00:00Z', '2100-02-29T00:00:00Z', '2030-04-31T00:00:00Z'],
    ...['2030-00-10T00:00:00Z', '2030-13-10T00:00:00Z', '2030-01-00T00:00:00Z', '2030-01-32T00:00:00Z'],
    '0000-01-01T00:00:00Z',
    ...['2030-01-31T24:00:00Z', '2030-01-31T12:60:00Z', '2030-01-31T12:00:60Z', '2016-12-31T23:59:60Z'],
    ...[
      '2030-01-31T12:00:00+24:00',
      '2030-01-31T12:00:00+01:60',
      '2030-01-31T12:00:00',
      '2030-01-31',
      '+12030-01-31T12:00:00Z',
    ],
  ])('refuses what exists in no calendar or on no clock: %s', (text) => {
    expect(parseInstant(text)).toBeNull();
  });

  it('reads back every instant of the years 1 to 9999', () => {
    const years = { min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z') };
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true, ...years }), (instant) => {
        expect(parseInstant(instant.toISOString())).toEqual(instant);
      }),
    );
  });
});
