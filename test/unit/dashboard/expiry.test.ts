import { toExpiresAt } from '../../../dashboard/src/keys/expiry.js';

const NOW = Date.UTC(2026, 10, 26, 8, 0, 0);

it('a key ends after the days that were chosen, or never', () => {
  expect(toExpiresAt('30', '', NOW)).toBe('2026-12-26T08:00:00.000Z');
  expect(toExpiresAt('365', '2026-12-01', NOW)).toBe('2027-11-26T08:00:00.000Z');
  expect(toExpiresAt('never', '2026-12-01', NOW)).toBeNull();
});

it('a key works until the end of its last day, by the clock of whoever named the day', () => {
  const end = new Date(toExpiresAt('date', '2026-12-01', NOW)!);
  expect([end.getFullYear(), end.getMonth(), end.getDate(), end.getHours(), end.getMinutes()]).toEqual([
    ...[2026, 11, 1],
    ...[23, 59],
  ]);
});

it.each(['', '2026-13-01', 'tomorrow'])('%p names no day', (date) => {
  expect(toExpiresAt('date', date, NOW)).toBeUndefined();
});
