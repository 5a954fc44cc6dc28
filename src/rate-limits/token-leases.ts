import { LRUCache } from 'lru-cache';
import { now } from './monotonic-clock.js';
import type { PointStore } from './rate-store.js';

/** Callers that are remembered; of others, points that were leased are lost. */
const MAX_CALLERS = 20_000;
/** A caller's points come in this many leases, so that the database is asked as often and not for every request. */
const LEASES = 50;

interface Lease {
  left: number;
  /** When what is left is worth nothing, or where nothing is left, when there may be more. */
  endsAt: number;
  isEmpty: boolean;
  waiting: number;
  pending: Promise<void> | null;
}

/** Points of callers, leased from the store several at a time and spent here one by one. Never more than there are. */
export class TokenLeases {
  private readonly leases = new LRUCache<string, Lease>({ max: MAX_CALLERS });

  constructor(
    private readonly store: () => PointStore,
    private readonly max: number,
  ) {}

  /** @returns 0 where a point was there, else after how many milliseconds there may be one */
  async spend(key: string): Promise<number> {
    const lease = this.leaseOf(key);
    for (;;) {
      if (now() < lease.endsAt) {
        if (lease.left > 0) {
          lease.left -= 1;
          return 0;
        }
        if (lease.isEmpty) return lease.endsAt - now();
      }
      lease.waiting += 1;
      try {
        await (lease.pending ??= this.renew(key, lease));
      } finally {
        lease.waiting -= 1;
      }
    }
  }

  /** Whether a point is known to be refused, without asking the store. */
  isSpent(key: string): boolean {
    const lease = this.leases.get(key);
    return lease !== undefined && lease.isEmpty && lease.left === 0 && now() < lease.endsAt;
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
      // Whoever comes meanwhile waits for the same lease.
      await Promise.resolve();
      const points = Math.min(Math.max(1, Math.floor(this.max / LEASES), lease.waiting), this.max);
      const { taken, endsInMs } = await this.store().take([{ key, points, max: this.max }], true);
      lease.left = taken;
      lease.isEmpty = taken === 0;
      lease.endsAt = now() + endsInMs;
    } finally {
      lease.pending = null;
    }
  }
}
