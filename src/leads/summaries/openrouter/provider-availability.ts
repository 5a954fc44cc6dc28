import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  isBrokenCircuitError,
} from 'cockatiel';
import { now } from '../../../common/clock.js';
import type { WriterHealth } from '../summary-writer.js';
import { isOutage, SummaryProviderError } from '../provider-error.js';

/** Calls in a row, each with its retries, that fail before no more are made. */
const FAILURES_TO_OPEN = 8;
/** How long none is made then. The next one after that shows whether the provider is back. */
const OPEN_MS = 15_000;
/** How long to keep away where the provider asks for it without saying how long. */
const RATE_LIMIT_PAUSE_MS = 5_000;
/**
 * The longest pause, whatever `Retry-After` says. A header that is wrong costs five minutes, not a day; a limit that
 * lasts a day costs one call in five minutes.
 */
const MAX_RATE_LIMIT_PAUSE_MS = 300_000;

/**
 * Whether there is a point in asking the provider. A breaker: while the provider is down, whoever calls is told at
 * once, where each would otherwise wait for time limits and retries. And the provider's own wish to be left alone, by
 * which those go who are not waited for.
 */
export class ProviderAvailability {
  private readonly breaker = circuitBreaker(handleWhen(isOutage), {
    halfOpenAfter: OPEN_MS,
    breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
  });
  private opensAgainAt = 0;
  /** In milliseconds of a clock that never goes back: a clock that is set back must not prolong a pause. */
  private limitedAt = 0;
  private limitedUntil = 0;

  constructor() {
    this.breaker.onBreak(() => {
      this.opensAgainAt = now().getTime() + OPEN_MS;
    });
  }

  /** @throws SummaryProviderError without a call where the provider is down; else what the call throws */
  async watch<Result>(call: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    // The policy itself would have others wait for the one call that tries, for as long as that takes.
    if (this.breaker.state === CircuitState.HalfOpen) throw unavailable(this.health().pausedForMs);
    const begunAt = performance.now();
    try {
      const result = await this.breaker.execute(call, signal);
      // A call that was sent before the provider asked for a pause does not show that the pause is over.
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
    { detail: 'not asked: the calls before all failed' },
    { isRetryable: true, isUnasked: true, retryAfterMs },
  );
}
