import { setTimeout as sleep } from 'node:timers/promises';
import { listNearLimit } from '../common/events.js';
import { outsideRequests } from '../common/request-context.js';
import type { ProbeConnection } from '../database/probe-connection.js';

/** The lists that are answered in one piece up to a limit; the tables have the same names. */
export type LimitedList = 'leads' | 'interactions';

/** From this share of the limit on, warnings are logged. */
const WARNED_SHARE = 0.8;

const MAX_AGE_MS = 10_000;
const WARNING_INTERVAL_MS = 3_600_000;

/** Counts one after another, if rows are added all the time. */
const MAX_COUNTS = 3;

/** The longest that a caller of `read` waits for a count. */
const READ_WAIT_MS = 300;

type Level = 'ok' | 'near' | 'over';

export interface ListSizeReading {
  /** Never above the limit by more than one; null: not counted yet. */
  readonly count: number | null;
  readonly limit: number;
}

/**
 * How many rows a list has, beside the limit beyond which the list is an error. Counting stops one above the limit, and
 * takes place once in ten seconds at most, or when the rows that this process has added reach the next level.
 */
export class ListSize {
  private counted: { readonly count: number; readonly at: number } | null = null;
  private addedCount = 0;
  private counting: Promise<void> | null = null;
  private warning: { readonly level: Level; readonly at: number } | null = null;

  constructor(
    private readonly probe: ProbeConnection,
    private readonly list: LimitedList,
    private readonly limit: number,
  ) {}

  /** At most ten seconds old, if the database answers in time. */
  async read(): Promise<ListSizeReading> {
    if (this.isOld()) {
      await Promise.race([this.recount(), sleep(READ_WAIT_MS, undefined, { ref: false })]);
    }
    return { count: this.counted === null ? null : this.count, limit: this.limit };
  }

  /** Publishes a warning if the list is near its limit. Call it after the rows were committed; it never throws. */
  async grow(addedCount: number): Promise<void> {
    this.addedCount += addedCount;
    const { counted } = this;
    if (counted === null || this.isOld() || this.levelOf(this.count) !== this.levelOf(counted.count)) {
      await this.recount();
    }
    this.warn();
  }

  private get count(): number {
    return Math.min((this.counted?.count ?? 0) + this.addedCount, this.limit + 1);
  }

  private levelOf(count: number): Level {
    if (count > this.limit) return 'over';
    return count >= WARNED_SHARE * this.limit ? 'near' : 'ok';
  }

  private isOld(): boolean {
    return this.counted === null || performance.now() - this.counted.at > MAX_AGE_MS;
  }

  /** Callers share a count that is under way. */
  private recount(): Promise<void> {
    this.counting ??= outsideRequests(() => this.readCount())
      // Without a database there is nothing to count, and whoever asks notices by itself.
      .catch(() => undefined)
      .finally(() => {
        this.counting = null;
      });
    return this.counting;
  }

  /** Rows that are added while PostgreSQL counts may be among the counted ones, so then it counts again. */
  private async readCount(triesLeft = MAX_COUNTS): Promise<void> {
    const addedBefore = this.addedCount;
    const [row] = await this.probe.rows<{ count: number }>(
      `SELECT count(*)::int AS count FROM (SELECT FROM ${this.list} LIMIT ${this.limit + 1}) AS counted`,
    );
    this.counted = { count: row?.count ?? 0, at: performance.now() };
    this.addedCount -= addedBefore;
    if (this.addedCount > 0 && triesLeft > 1) await this.readCount(triesLeft - 1);
  }

  /** Once an hour at most, and once more when the list goes over its limit. */
  private warn(): void {
    const level = this.levelOf(this.count);
    if (level === 'ok') {
      this.warning = null;
      return;
    }
    const isRepeated =
      this.warning?.level === level && performance.now() - this.warning.at < WARNING_INTERVAL_MS;
    if (isRepeated) return;
    this.warning = { level, at: performance.now() };
    listNearLimit.publish({ list: this.list, count: this.count, limit: this.limit });
  }
}
