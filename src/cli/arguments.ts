import { InvalidArgumentError } from 'commander';
import { parseInstant } from '../shared/instant.js';
import { isUuid } from '../shared/uuid.js';
import { hasVisibleCharacter, isLongerThan, isStorable } from '../shared/text.js';

const UNIT_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const MAX_TEXT_LENGTH = 500;

/** Computes when something expires from the database's present time; null: never. */
export type Expiry = (now: Date) => Date | null;

export function parseUuid(value: string): string {
  if (!isUuid(value)) throw new InvalidArgumentError('Expected a UUID.');
  return value.toLowerCase();
}

export function parseText(value: string): string {
  if (!hasVisibleCharacter(value) || !isStorable(value) || isLongerThan(value, MAX_TEXT_LENGTH))
    throw new InvalidArgumentError(`Expected are 1 to ${MAX_TEXT_LENGTH} characters, at least one of them visible.`);
  return value;
}

function findDuration(value: string): number | null {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(value) ?? [];
  return count === undefined ? null : Number(count) * UNIT_MS[unit!]!;
}

export function parseDuration(value: string): number {
  const ms = findDuration(value);
  if (ms === null) throw new InvalidArgumentError('Expected a duration such as 90s, 30m, 24h or 7d.');
  return ms;
}

export function parseExpiry(value: string): Expiry {
  if (value === 'never') return () => null;
  const ms = findDuration(value);
  if (ms !== null) return (now) => new Date(now.getTime() + ms);
  const instant = parseInstant(value);
  if (instant === null)
    throw new InvalidArgumentError(
      'Expected a duration such as 24h or 30d, a date and time that exists such as 2030-01-31T12:00:00Z, or never.',
    );
  return () => instant;
}
