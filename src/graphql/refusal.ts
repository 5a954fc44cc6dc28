import type { DomainError } from '../common/domain-error.js';

const NOT_NOW: ReadonlySet<string> = new Set(['SERVICE_UNAVAILABLE', 'REQUEST_TIMED_OUT']);

/** How HTTP says that nothing was executed. */
export function refusalOf({ code, details }: DomainError): {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
} {
  if (code === 'RATE_LIMITED') {
    return { status: 429, headers: { 'retry-after': String(details.retryAfterSeconds) } };
  }
  return { status: NOT_NOW.has(code) ? 503 : 400, headers: {} };
}
