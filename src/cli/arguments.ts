import { InvalidArgumentError } from 'commander';
import { hasVisibleCharacter, isLongerThan, isStorable } from '../shared/text.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const INSTANT = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const UNIT_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const MAX_TEXT = 500;

/** When something ends, by the database's clock; null: never. */
export type End = (now: Date) => Date | null;

export function uuid(value: string): string {
  if (!UUID.test(value)) throw new InvalidArgumentError('A UUID is expected.');
  return value.toLowerCase();
}

export function text(value: string): string {
  if (!hasVisibleCharacter(value) || !isStorable(value) || isLongerThan(value, MAX_TEXT))
    throw new InvalidArgumentError(`1 to ${MAX_TEXT} characters are expected, at least one of them visible.`);
  return value;
}

function findDuration(value: string): number | null {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(value) ?? [];
  return count === undefined ? null : Number(count) * UNIT_MS[unit!]!;
}

export function duration(value: string): number {
  const ms = findDuration(value);
  if (ms === null) throw new InvalidArgumentError('A duration such as 90s, 30m, 24h or 7d is expected.');
  return ms;
}

export function end(value: string): End {
  if (value === 'never') return () => null;
  const ms = findDuration(value);
  if (ms !== null) return (now) => new Date(now.getTime() + ms);
  const instant = new Date(INSTANT.test(value) ? value : NaN);
  if (Number.isNaN(instant.getTime()))
    throw new InvalidArgumentError('A duration such as 24h or 30d, an instant such as 2030-01-31T12:00:00Z, or never.');
  return () => instant;
}
