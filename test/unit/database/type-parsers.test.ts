import fc from 'fast-check';
import { types } from 'pg';
import { parseTimestamptz } from '../../../src/database/connection/type-parsers.js';

const byDriver = types.getTypeParser(types.builtins.TIMESTAMPTZ, 'text') as (text: string) => Date;

// As PostgreSQL writes it: without zeros at the end of the fraction.
const written = (instant: Date): string =>
  instant
    .toISOString()
    .replace('T', ' ')
    .replace(/\.?0*Z$/, '+00');

const instants = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});

describe('parseTimestamptz', () => {
  it('reads every instant to the millisecond as the driver does', () => {
    fc.assert(
      fc.property(instants, (instant) => {
        const text = written(instant);
        expect(parseTimestamptz(text)).toEqual(instant);
        expect(parseTimestamptz(text)).toEqual(byDriver(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    '2024-01-15 09:00:00.123+02',
    '2024-01-15 09:00:00-05:30',
    '2024-01-15 09:00:00.123456+00',
    '0044-03-15 12:00:00+00 BC',
  ])('leaves %s to the driver', (text) => {
    expect(parseTimestamptz(text)).toEqual(byDriver(text));
  });

  it.each([
    '15.01.2024 09:00:00.123 UTC',
    '01/15/2024 09:00:00 UTC',
    'Mon Jan 15 09:00:00 2024 UTC',
    '15.01.2024 09:00+00',
    '',
  ])('throws at %j instead of giving nothing', (text) =>
    expect(() => parseTimestamptz(text)).toThrow('another format'),
  );
});
