/**
 * An HTTP date in the current format, or in the obsolete one with the full name of the day (RFC 9110, 5.6.7).
 */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*, \d[\w :-]* GMT$/;

/**
 * Parses a `Retry-After` header, which is a number of seconds or a date (RFC 9110, 10.2.3). Returns
 * milliseconds; undefined if the header is missing or invalid.
 */
export function parseRetryAfter(header: string | null, now: Date): number | undefined {
  const value = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  // Date.parse accepts almost any text with a number.
  const time = HTTP_DATE.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : Math.max(0, time - now.getTime());
}
