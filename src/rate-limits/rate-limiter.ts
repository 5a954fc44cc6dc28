import { AppEvent } from '../common/app-event.js';
import { DomainError } from '../common/domain-error.js';
import type { RateLimits } from '../config/limit-settings.js';
import type { MutationCounts } from '../graphql/limits/mutation-counts.js';
import { FallbackRateStore } from './fallback-rate-store.js';
import { LocalRateStore } from './local-rate-store.js';
import { TokenLeases } from './token-leases.js';
import { cannotCount, type RateDemand, type PointStore } from './rate-store.js';

/** A caller exceeded a rate limit. */
export const rateLimited = new AppEvent<{ readonly group: 'requests' | 'mutations' | 'auth_failures' }>(
  'rate-limited',
);

interface Stores {
  readonly ofCallers: PointStore;
  readonly ofFailures: PointStore;
}

/**
 * Limits the requests and mutations of callers per minute, across all replicas. While the database cannot
 * count, each process counts by itself.
 */
export class RateLimiter {
  private stores: Stores | null = null;
  private readonly requests: TokenLeases;
  private readonly failures: TokenLeases;

  constructor(private readonly limits: RateLimits) {
    this.requests = new TokenLeases(() => this.shared().ofCallers, limits.requestsPerMinute);
    this.failures = new TokenLeases(() => this.shared().ofFailures, limits.authFailuresPerMinute);
  }

  /** The store is set later, since the GraphQL options are created before the database connection. */
  useStore(shared: PointStore): void {
    const local = new LocalRateStore();
    this.stores = {
      ofCallers: new FallbackRateStore(shared, local, cannotCount),
      // Any error falls back to the local store: a wrong credential is rejected whether or not the database
      // responds.
      ofFailures: new FallbackRateStore(shared, local, () => true),
    };
  }

  private shared(): Stores {
    if (this.stores === null) throw new Error('The rate limiter has no database yet.');
    return this.stores;
  }

  /** @throws DomainError RATE_LIMITED if a caller has made too many requests */
  async countRequest(caller: string): Promise<void> {
    if (this.limits.requestsPerMinute === 0) return;
    throwRateLimited(
      'requests',
      await this.requests.spend(`requests ${caller}`),
      this.limits.requestsPerMinute,
    );
  }

  /** Whether this process knows that the address has failed too often in the current minute. */
  isReached(address: string): boolean {
    return (
      this.limits.authFailuresPerMinute > 0 && this.failures.isSpent(`authentication failure ${address}`)
    );
  }

  /**
   * Counts a failed authentication attempt.
   * @throws DomainError RATE_LIMITED if the address has made too many
   */
  async countAuthFailure(address: string): Promise<void> {
    if (this.limits.authFailuresPerMinute === 0) return;
    throwRateLimited(
      'auth_failures',
      await this.failures.spend(`authentication failure ${address}`),
      this.limits.authFailuresPerMinute,
    );
  }

  /**
   * Counts all mutations of a request, or none if there are too many of one kind.
   * @throws DomainError RATE_LIMITED if there are too many
   */
  async countMutations(caller: string, counts: MutationCounts): Promise<void> {
    const demands = [
      { key: `writes ${caller}`, points: counts.all, max: this.limits.writesPerMinute },
      { key: `summaries ${caller}`, points: counts.summary, max: this.limits.summariesPerMinute },
      { key: `bulk ${caller}`, points: counts.bulk, max: this.limits.bulkPerMinute },
    ].filter(({ points, max }) => points > 0 && max > 0);
    if (demands.length === 0) return;
    const { granted, endsInMs } = await this.shared().ofCallers.take(demands);
    if (!granted) throwRateLimited('mutations', Math.max(endsInMs, 1), smallest(demands));
  }
}

const smallest = (demands: readonly RateDemand[]): number => Math.min(...demands.map(({ max }) => max));

function throwRateLimited(
  group: 'requests' | 'mutations' | 'auth_failures',
  milliseconds: number,
  limit: number,
): void {
  if (milliseconds <= 0) return;
  rateLimited.publish({ group });
  const retryAfterSeconds = Math.ceil(milliseconds / 1000);
  throw new DomainError('RATE_LIMITED', `Too many requests; try again in ${retryAfterSeconds} s.`, {
    details: { limit, retryAfterSeconds },
  });
}
