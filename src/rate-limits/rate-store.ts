import type { Sequelize } from 'sequelize';
import { writeRejected } from '../common/events.js';
import { errorCodeOf } from '../database/connection-faults.js';
import { readRows } from '../database/read-rows.js';

/** So many points of a key, of which there are `max` in a minute. */
export interface RateDemand {
  readonly key: string;
  readonly points: number;
  readonly max: number;
}

export interface RateGrant {
  /** Whether there was enough of all keys. */
  readonly granted: boolean;
  /** Of the first key. */
  readonly taken: number;
  /** Until there will be more where nothing was granted, else until what was taken is no longer worth anything. */
  readonly endsInMs: number;
}

export interface PointStore {
  /** @param allowPartial of one key, take what there is */
  take(demands: readonly RateDemand[], allowPartial?: boolean): Promise<RateGrant>;
}

/**
 * SQLSTATEs of a database that answers reads but cannot count: it is read-only (25006) or a standby, whose unlogged tables
 * cannot be read (0A000); its disk is full (53100) or fails (58030); its file system or our role may not write (42501); or it
 * accepts no transaction ids any more (54000).
 */
const CANNOT_COUNT = /^(25006|0A000|53100|58030|42501|54000)$/;

export const cannotCount = (error: unknown): boolean => CANNOT_COUNT.test(errorCodeOf(error) ?? '');

/**
 * Points that all replicas take from, in PostgreSQL. One statement for all keys of a request, which takes all or nothing.
 * (rate-limiter-flexible goes by the clock of each process, cannot take part of what it is asked for, and prepares
 * statements by name, which poolers of transactions do not bear.)
 */
export class RateStore implements PointStore {
  constructor(private readonly sequelize: Sequelize) {}

  async take(demands: readonly RateDemand[], allowPartial = false): Promise<RateGrant> {
    try {
      return await this.takeShared(demands, allowPartial);
    } catch (error) {
      if (cannotCount(error)) writeRejected.publish({});
      throw error;
    }
  }

  private async takeShared(demands: readonly RateDemand[], allowPartial: boolean): Promise<RateGrant> {
    const [row] = await readRows<RateGrant>(this.sequelize, {
      sql: 'SELECT granted, taken, "endsInMs" FROM take_rate_points($1, $2, $3, $4)',
      bind: [
        demands.map(({ key }) => key),
        demands.map(({ points }) => points),
        demands.map(({ max }) => max),
        allowPartial,
      ],
    });
    if (row === undefined) throw new Error('No points were told of.');
    return row;
  }

  async removeExpired(): Promise<void> {
    await this.sequelize.query('DELETE FROM rate_limits WHERE "endsAt" < clock_timestamp()');
  }
}
