import { DateTime } from 'luxon';

/** What `parseIsoDate` takes, for error messages. */
export const ISO_DATE_RULE =
  'must be an ISO 8601 date-time with Z or an offset, such as 2026-03-01T09:30:00Z or 2026-03-01T09:30:00+01:00, or a date such as 2026-03-01, in the years 1 to 9999';

const HOUR = '(?:[01]\\d|2[0-3])';
const SIXTIETH = '[0-5]\\d';
/** Any number of decimals that a clock of today gives. */
const FRACTION = '(?:[.,]\\d{1,9})?';

/** At most 14 hours, as in Kiribati. ISO 8601 has no -00:00. */
const offset = (colon: string) =>
  `(?:Z|(?!-00${colon}00)[+-](?:(?:0\\d|1[0-3])${colon}${SIXTIETH}|14${colon}00))`;

/** ISO 8601 has an extended format, with separators, and a basic one without; they do not mix. */
const EXTENDED = `\\d{4}-\\d{2}-\\d{2}(?:T${HOUR}:${SIXTIETH}(?::${SIXTIETH}${FRACTION})?${offset(':')})?`;
const BASIC = `\\d{4}\\d{2}\\d{2}(?:T${HOUR}${SIXTIETH}(?:${SIXTIETH}${FRACTION})?${offset('')})?`;
const SHAPE = new RegExp(`^(?:${EXTENDED}|${BASIC})$`);

/**
 * Reads an ISO 8601 date-time with Z or an offset of at most 14 hours, such as 2026-03-01T09:30:00+01:00, of the years 1
 * to 9999 in UTC. A date alone is midnight UTC. Digits past the millisecond are dropped.
 *
 * Null if the text is anything else: a time without an offset, whose instant is unknown; a zone by name; the 30th of
 * February; a leap second or 24:00, which a Date cannot hold; weeks and days of the year.
 */
export function parseIsoDate(text: string): Date | null {
  if (!SHAPE.test(text)) return null;
  const parsed = DateTime.fromISO(text, { zone: 'utc' });
  const date = parsed.isValid ? parsed.toJSDate() : null;
  return date !== null && date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9999 ? date : null;
}
