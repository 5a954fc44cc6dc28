import type { Sequelize } from 'sequelize';
import { readRows } from '../database/read-rows.js';

/** So many points of a key, of which there are `max` in a minute. */
export interface Demand {
  readonly key: string;
  readonly points: number;
  readonly max: number;
}

export interface Taken {
  /** Whether there was enough of all keys. */
  readonly granted: boolean;
  /** Of the first key. */
  readonly taken: number;
  /** Until there will be more where nothing was granted, else until what was taken is no longer worth anything. */
  readonly endsInMs: number;
}

/**
 * Points that all replicas take from, in PostgreSQL. One statement for all keys of a request, which takes all or nothing.
 * (rate-limiter-flexible goes by the clock of each process, cannot take part of what it is asked for, and prepares
 * statements by name, which poolers of transactions do not bear.)
 */
export class RateStore {
  constructor(private readonly sequelize: Sequelize) {}

  /** @param mayBeLess of one key, take what there is */
  async take(demands: readonly Demand[], mayBeLess = false): Promise<Taken> {
    const [row] = await readRows<Taken>(this.sequelize, {
      sql: 'SELECT granted, taken, "endsInMs" FROM take_rate_points($1, $2, $3, $4)',
      bind: [
        demands.map(({ key }) => key),
        demands.map(({ points }) => points),
        demands.map(({ max }) => max),
        mayBeLess,
      ],
    });
    if (row === undefined) throw new Error('No points were told of.');
    return row;
  }

  async removeExpired(): Promise<void> {
    await this.sequelize.query('DELETE FROM rate_limits WHERE "endsAt" < clock_timestamp()');
  }
}
