import { ConnectionAcquireTimeoutError } from 'sequelize';
import type { ConnectionPolicy } from './connection-policy.js';

/** The share of the pool, rounded up, that transactions cannot use. */
const SHARE_FOR_READS = 1 / 3;

/**
 * Reserves some connections of the pool for statements outside transactions. Writers wait for each other's
 * locks, for seconds during a recalculation, and would otherwise use all connections. Readers wait for no
 * locks. A transaction waits for the semaphore in order of arrival, as long as for a connection.
 */
export const reserveForReads =
  (transactions: Semaphore): ConnectionPolicy =>
  async (purpose, next) => {
    if (purpose.uuid === undefined) return next(purpose);
    await transactions.enter();
    try {
      const lease = await next(purpose);
      return {
        connection: lease.connection,
        release: () => {
          try {
            lease.release();
          } finally {
            transactions.leave();
          }
        },
        destroy: async () => {
          try {
            await lease.destroy();
          } finally {
            transactions.leave();
          }
        },
      };
    } catch (error) {
      transactions.leave();
      throw error;
    }
  };

/** Admits a limited number of users; others wait in order of arrival. */
export class Semaphore {
  private readonly waiting = new Set<() => void>();

  private constructor(
    private places: number,
    private readonly waitMs: number,
  ) {}

  /**
   * @param poolSize the number of connections, a share of which is not for transactions
   * @param waitMs the time limit of waiting
   */
  static forTransactions(poolSize: number, waitMs: number): Semaphore {
    return new Semaphore(poolSize - Math.ceil(poolSize * SHARE_FOR_READS), waitMs);
  }

  get waitingCount(): number {
    return this.waiting.size;
  }

  /** @throws ConnectionAcquireTimeoutError after the timeout, as the pool itself does */
  enter(): Promise<void> {
    if (this.places > 0) {
      this.places -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(enter);
        reject(
          new ConnectionAcquireTimeoutError(new Error('Transactions use all connections that they may.')),
        );
      }, this.waitMs);
      const enter = () => {
        clearTimeout(timer);
        resolve();
      };
      this.waiting.add(enter);
    });
  }

  leave(): void {
    const [next] = this.waiting;
    if (next === undefined) this.places += 1;
    else {
      this.waiting.delete(next);
      next();
    }
  }
}
