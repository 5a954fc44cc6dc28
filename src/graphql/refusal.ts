import type { DomainError } from '../common/domain-error.js';

/** How HTTP says that nothing was executed. */
export function refusalOf({ code, details }: DomainError): {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
} {
  if (code === 'RATE_LIMITED') {
    return { status: 429, headers: { 'retry-after': String(details.retryAfterSeconds) } };
  }
  return { status: code === 'SERVICE_UNAVAILABLE' ? 503 : 400, headers: {} };
}
