import { DateTime } from 'luxon';

/** A calendar date with an optional time and zone; luxon would also take a bare year, a bare time and weeks. */
const SHAPE = /^\d{4}-?\d{2}-?\d{2}([T ]\S+.*)?$/;

/**
 * Reads an ISO 8601 date or date-time, such as 2026-03-01, 2026-03-01T09:30 or 2026-03-01T09:30:00+01:00, of the
 * years 1 to 9999. Without a zone it is UTC. Digits past the millisecond are dropped. Null where the text is
 * no such date: the 30th of February, say.
 */
export function parseIsoDate(text: string): Date | null {
  const trimmed = text.trim();
  if (!SHAPE.test(trimmed)) return null;
  const parsed = DateTime.fromISO(trimmed.replace(' ', 'T'), { zone: 'utc' });
  const date = parsed.isValid ? parsed.toJSDate() : null;
  return date !== null && date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9999 ? date : null;
}
