import type { Sequelize } from 'sequelize';
import { errorCodeOf } from '../database/connection-errors.js';
import { writeRejected } from '../database/database-errors.js';
import { readRows } from '../database/read-rows.js';

/** A number of points to take from a key that has `max` points per minute. */
export interface RateDemand {
  readonly key: string;
  readonly points: number;
  readonly max: number;
}

export interface RateGrant {
  /** Whether points were taken: all that were demanded or, with `allowPartial`, at least one. */
  readonly granted: boolean;
  /** Points taken from the first key. */
  readonly taken: number;
  /** If granted, milliseconds until the taken points expire. Otherwise, until more points are available. */
  readonly endsInMs: number;
}

export interface PointStore {
  /** @param allowPartial take as many points as are available; only for a single key */
  take(demands: readonly RateDemand[], allowPartial?: boolean): Promise<RateGrant>;
}

/**
 * SQLSTATEs of a database that responds to reads but cannot count: it is read-only (25006) or a standby,
 * whose unlogged tables cannot be read (0A000); its disk is full (53100) or fails (58030); its file system or
 * our role may not write (42501); or it accepts no transaction ids any more (54000).
 */
const CANNOT_COUNT = /^(25006|0A000|53100|58030|42501|54000)$/;

export const cannotCount = (error: unknown): boolean => CANNOT_COUNT.test(errorCodeOf(error) ?? '');

/**
 * Points that all replicas share, in PostgreSQL. One statement takes the points of all keys of a request, all
 * or none. rate-limiter-flexible does not fit: it uses the clock of each process and cannot take a part of
 * the points. Its named prepared statements do not work with transaction poolers.
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
    if (row === undefined) throw new Error('take_rate_points returned no row');
    return row;
  }

  async removeExpired(): Promise<void> {
    await this.sequelize.query('DELETE FROM rate_limits WHERE "endsAt" < clock_timestamp()');
  }
}
