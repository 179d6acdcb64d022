/** When a key ends: in how many days, on the date that is named, or never. */
export type Expiry = 'never' | '30' | '90' | '365' | 'date';

export const EXPIRIES: readonly (readonly [Expiry, string])[] = [
  ['30', 'In 30 days'],
  ['90', 'In 90 days'],
  ['365', 'In a year'],
  ['date', 'At the end of a day'],
  ['never', 'Never'],
];

const DAY_MS = 86_400_000;

/** The time that the service is asked for; null: never. Undefined where no day, or none that exists, is named. */
export function toExpiresAt(expiry: Expiry, date: string, now: number): string | null | undefined {
  if (expiry === 'never') return null;
  if (expiry !== 'date') return new Date(now + Number(expiry) * DAY_MS).toISOString();
  // By the clock of the person who names the day.
  const end = new Date(`${date}T23:59:59`);
  return Number.isNaN(end.getTime()) ? undefined : end.toISOString();
}
