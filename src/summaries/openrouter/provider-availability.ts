import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  isBrokenCircuitError,
} from 'cockatiel';
import { now } from '../../common/clock.js';
import type { WriterHealth } from '../summary-writer.js';
import { isOutage, SummaryProviderError } from '../provider-error.js';

/** The number of consecutive failed calls, each with its retries, after which the circuit breaker opens. */
const FAILURES_TO_OPEN = 8;
/**
 * How long the circuit breaker stays open. The next call then tests whether the provider is available again.
 */
const OPEN_MS = 15_000;
/** The pause if the provider limits the rate without a `Retry-After` header. */
const RATE_LIMIT_PAUSE_MS = 5_000;
/**
 * The maximum pause, regardless of `Retry-After`. An invalid header costs five minutes, not a day. A
 * limit that lasts a day costs one call every five minutes.
 */
const MAX_RATE_LIMIT_PAUSE_MS = 300_000;

/**
 * Whether calls to the provider are likely to succeed. While the provider is down, a circuit breaker fails
 * calls immediately, without timeouts and retries. Background work also observes the pauses that the provider
 * requests.
 */
export class ProviderAvailability {
  private readonly breaker = circuitBreaker(handleWhen(isOutage), {
    halfOpenAfter: OPEN_MS,
    breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
  });
  private opensAgainAt = 0;
  /** In milliseconds of a monotonic clock, so that setting the clock back does not prolong a pause. */
  private limitedAt = 0;
  private limitedUntil = 0;

  constructor() {
    this.breaker.onBreak(() => {
      this.opensAgainAt = now().getTime() + OPEN_MS;
    });
  }

  /** @throws SummaryProviderError without a call if the provider is down; otherwise the error of the call */
  async watch<Result>(call: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    // Without this check, other calls would wait for the result of the test call.
    if (this.breaker.state === CircuitState.HalfOpen) throw unavailable(this.health().pausedForMs);
    const begunAt = performance.now();
    try {
      const result = await this.breaker.execute(call, signal);
      // A call that was sent before the provider requested a pause does not prove that the pause is over.
      if (begunAt > this.limitedAt) this.limitedUntil = 0;
      return result;
    } catch (error) {
      if (isBrokenCircuitError(error)) throw unavailable(this.health().pausedForMs);
      if (error instanceof SummaryProviderError && error.code === 'SUMMARY_PROVIDER_RATE_LIMITED') {
        this.pause(error.retryAfterMs ?? RATE_LIMIT_PAUSE_MS);
      }
      throw error;
    }
  }

  private pause(ms: number): void {
    this.limitedAt = performance.now();
    this.limitedUntil = this.limitedAt + Math.min(ms, MAX_RATE_LIMIT_PAUSE_MS);
  }

  health(): WriterHealth {
    const isDegraded = this.breaker.state !== CircuitState.Closed;
    const openForMs = isDegraded ? this.opensAgainAt - now().getTime() : 0;
    const limitedForMs = this.limitedUntil - performance.now();
    return { isDegraded, pausedForMs: Math.max(0, openForMs, limitedForMs) };
  }
}

function unavailable(retryAfterMs: number): SummaryProviderError {
  return new SummaryProviderError(
    'SUMMARY_PROVIDER_UNAVAILABLE',
    { detail: 'not called: all previous calls failed' },
    { isRetryable: true, wasNotSent: true, retryAfterMs },
  );
}
