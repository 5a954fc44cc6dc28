import { DateTime } from 'luxon';

/** The rule of `parseIsoDate`, for error messages. */
export const ISO_DATE_RULE =
  'must be an ISO 8601 date-time with Z or an offset, such as 2026-03-01T09:30:00Z or 2026-03-01T09:30:00+01:00, or a date such as 2026-03-01, in the years 1 to 9999';

const HOUR = '(?:[01]\\d|2[0-3])';
const SIXTIETH = '[0-5]\\d';
/** Clocks return at most nanoseconds, which are nine decimals. */
const FRACTION = '(?:[.,]\\d{1,9})?';

/** Offsets reach 14 hours, as in Kiribati. ISO 8601 does not allow -00:00. */
const offset = (colon: string) =>
  `(?:Z|(?!-00${colon}00)[+-](?:(?:0\\d|1[0-3])${colon}${SIXTIETH}|14${colon}00))`;

/** ISO 8601 has an extended format with separators and a basic format without. They may not be mixed. */
const EXTENDED = `\\d{4}-\\d{2}-\\d{2}(?:T${HOUR}:${SIXTIETH}(?::${SIXTIETH}${FRACTION})?${offset(':')})?`;
const BASIC = `\\d{4}\\d{2}\\d{2}(?:T${HOUR}${SIXTIETH}(?:${SIXTIETH}${FRACTION})?${offset('')})?`;
const SHAPE = new RegExp(`^(?:${EXTENDED}|${BASIC})$`);

/**
 * Parses an ISO 8601 date-time with Z or an offset of at most 14 hours, such as 2026-03-01T09:30:00+01:00.
 * The year in UTC must be 1 to 9999. A date alone is midnight UTC. Digits after the millisecond are dropped.
 *
 * Returns null for any other text, for example:
 * - a time without an offset, since its instant is unknown;
 * - a named time zone, a week date or an ordinal date;
 * - a date that does not exist, such as the 30th of February;
 * - a leap second or 24:00, which a Date cannot represent.
 */
export function parseIsoDate(text: string): Date | null {
  if (!SHAPE.test(text)) return null;
  const parsed = DateTime.fromISO(text, { zone: 'utc' });
  const date = parsed.isValid ? parsed.toJSDate() : null;
  return date !== null && date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9999 ? date : null;
}
