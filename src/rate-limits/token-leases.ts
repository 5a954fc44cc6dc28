import { LRUCache } from 'lru-cache';
import { monotonicNow } from '../common/clock.js';
import type { PointStore } from './rate-store.js';

/** Maximum number of callers in memory. The leased points of an evicted caller are lost. */
const MAX_CALLERS = 20_000;
/**
 * The points of a caller are leased in this many parts, so the store is called about this often per minute,
 * not per request.
 */
const LEASES = 50;

interface Lease {
  left: number;
  /** When the remaining points expire. If none remain: when there may be new points. */
  endsAt: number;
  isEmpty: boolean;
  waiting: number;
  pending: Promise<void> | null;
}

/**
 * Leases points of callers from the store, several at a time, and spends them one by one. Never spends more
 * than the limit.
 */
export class TokenLeases {
  private readonly leases = new LRUCache<string, Lease>({ max: MAX_CALLERS });

  constructor(
    private readonly store: () => PointStore,
    private readonly max: number,
  ) {}

  /** @returns 0 if a point was spent; otherwise, milliseconds until there may be one */
  async spend(key: string): Promise<number> {
    const lease = this.leaseOf(key);
    for (;;) {
      if (monotonicNow() < lease.endsAt) {
        if (lease.left > 0) {
          lease.left -= 1;
          return 0;
        }
        if (lease.isEmpty) return lease.endsAt - monotonicNow();
      }
      lease.waiting += 1;
      try {
        await (lease.pending ??= this.renew(key, lease));
      } finally {
        lease.waiting -= 1;
      }
    }
  }

  /** Whether `spend` would certainly reject the next point. Does not call the store. */
  isSpent(key: string): boolean {
    const lease = this.leases.get(key);
    return lease !== undefined && lease.isEmpty && lease.left === 0 && monotonicNow() < lease.endsAt;
  }

  private leaseOf(key: string): Lease {
    let lease = this.leases.get(key);
    if (lease === undefined) {
      lease = { left: 0, endsAt: 0, isEmpty: false, waiting: 0, pending: null };
      this.leases.set(key, lease);
    }
    return lease;
  }

  private async renew(key: string, lease: Lease): Promise<void> {
    try {
      // Lets all calls of the same tick share one lease.
      await Promise.resolve();
      const points = Math.min(Math.max(1, Math.floor(this.max / LEASES), lease.waiting), this.max);
      const { taken, endsInMs } = await this.store().take([{ key, points, max: this.max }], true);
      lease.left = taken;
      lease.isEmpty = taken === 0;
      lease.endsAt = monotonicNow() + endsInMs;
    } finally {
      lease.pending = null;
    }
  }
}
