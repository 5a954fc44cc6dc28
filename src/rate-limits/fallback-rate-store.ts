import { monotonicNow } from '../common/clock.js';
import type { RateDemand, PointStore, RateGrant } from './rate-store.js';

/** How long points are counted locally before the shared store is tried again. */
const RETRY_AFTER_MS = 1_000;

/**
 * Takes points from the shared store. If the shared store fails with an error that `fallsBackOn` accepts,
 * uses the local store.
 */
export class FallbackRateStore implements PointStore {
  private localUntil = -Infinity;

  constructor(
    private readonly shared: PointStore,
    private readonly local: PointStore,
    private readonly fallsBackOn: (error: unknown) => boolean,
  ) {}

  async take(demands: readonly RateDemand[], allowPartial = false): Promise<RateGrant> {
    if (monotonicNow() < this.localUntil) return this.local.take(demands, allowPartial);
    try {
      return await this.shared.take(demands, allowPartial);
    } catch (error) {
      if (!this.fallsBackOn(error)) throw error;
      this.localUntil = monotonicNow() + RETRY_AFTER_MS;
      return this.local.take(demands, allowPartial);
    }
  }
}
