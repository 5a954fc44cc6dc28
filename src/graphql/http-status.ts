import type { DomainError } from '../common/domain-error.js';

const NOT_NOW: ReadonlySet<string> = new Set([
  'SERVICE_UNAVAILABLE',
  'SERVER_OVERLOADED',
  'REQUEST_TIMED_OUT',
  'IMPORT_CANCELLED',
  'IMPORT_FAILED',
]);

const STATUSES: Readonly<Partial<Record<string, number>>> = { RATE_LIMITED: 429, NOT_FOUND: 404 };

/** The HTTP status and headers of an error, if nothing was executed. */
export function httpStatusOf({ code, details }: DomainError): {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
} {
  const { retryAfterSeconds: retryAfter } = details;
  return {
    status: STATUSES[code] ?? (NOT_NOW.has(code) ? 503 : 400),
    headers: retryAfter == null ? {} : { 'retry-after': String(retryAfter) },
  };
}
