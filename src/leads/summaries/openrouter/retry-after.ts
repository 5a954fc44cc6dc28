/**
 * How long a `Retry-After` header asks to wait, in milliseconds: it is a number of seconds or a date (RFC 9110,
 * 10.2.3). Undefined where there is none, or one that makes no sense.
 */
export function parseRetryAfter(header: string | null, now: Date): number | undefined {
  const value = header?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : Math.max(0, time - now.getTime());
}
