/** An HTTP date in the form of today, or in the older one with a name of the whole day (RFC 9110, 5.6.7). */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*, \d[\w :-]* GMT$/;

/**
 * How long a `Retry-After` header asks to wait, in milliseconds: it is a number of seconds or a date (RFC 9110,
 * 10.2.3). Undefined if there is none, or one of another form.
 */
export function parseRetryAfter(header: string | null, now: Date): number | undefined {
  const value = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  // The engine reads a date into almost any text with a number.
  const time = HTTP_DATE.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : Math.max(0, time - now.getTime());
}
