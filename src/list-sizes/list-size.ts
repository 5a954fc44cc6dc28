import { setTimeout as sleep } from 'node:timers/promises';
import { AppEvent } from '../common/app-event.js';
import { outsideRequests } from '../common/request-context.js';
import type { ProbeConnection } from '../database/probe-connection.js';

/** The lists without pages, which have a limit. The names equal those of the tables. */
export type LimitedList = 'leads' | 'interactions';

/** A list without pages is close to its limit, or above it. Above the limit it is an error. */
export const listNearLimit = new AppEvent<{
  readonly list: LimitedList;
  /** At most one above the limit, since counting stops there. */
  readonly count: number;
  readonly limit: number;
}>('list-near-limit');

/** Warnings are logged from this share of the limit on. */
const WARNED_SHARE = 0.8;

const MAX_AGE_MS = 10_000;
const WARNING_INTERVAL_MS = 3_600_000;

/** The maximum number of consecutive counts if rows are added continuously. */
const MAX_COUNTS = 3;

/** The maximum time that `read` waits for a count. */
const READ_WAIT_MS = 300;

type Level = 'ok' | 'near' | 'over';

export interface ListSizeReading {
  /** At most one above the limit; null: not counted yet. */
  readonly count: number | null;
  readonly limit: number;
}

/**
 * Counts the rows of a list up to one above its limit, beyond which the list is an error. Counts at most
 * every ten seconds, or when the rows that this process has added reach the next level.
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

  /** Returns a count that is at most ten seconds old, if the database responds in time. */
  async read(): Promise<ListSizeReading> {
    if (this.isOld()) {
      await Promise.race([this.recount(), sleep(READ_WAIT_MS, undefined, { ref: false })]);
    }
    return { count: this.counted === null ? null : this.count, limit: this.limit };
  }

  /** Publishes a warning if the list is near its limit. Call it after the commit; it never throws. */
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

  /** Callers share a count in progress. */
  private recount(): Promise<void> {
    this.counting ??= outsideRequests(() => this.readCount())
      // Without a database, callers get their own errors.
      .catch(() => undefined)
      .finally(() => {
        this.counting = null;
      });
    return this.counting;
  }

  /** Rows added during the count may already be included. Therefore it counts again. */
  private async readCount(triesLeft = MAX_COUNTS): Promise<void> {
    const addedBefore = this.addedCount;
    const [row] = await this.probe.rows<{ count: number }>(
      `SELECT count(*)::int AS count FROM (SELECT FROM ${this.list} LIMIT ${this.limit + 1}) AS counted`,
    );
    this.counted = { count: row?.count ?? 0, at: performance.now() };
    this.addedCount -= addedBefore;
    if (this.addedCount > 0 && triesLeft > 1) await this.readCount(triesLeft - 1);
  }

  /** Warns at most once an hour, and again when the list exceeds its limit. */
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
