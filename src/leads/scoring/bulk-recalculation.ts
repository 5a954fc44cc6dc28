import { setTimeout as sleep } from 'node:timers/promises';
import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { ADVISORY_LOCKS } from '../../database/advisory-locks.js';
import { isRowError, isLockError, rowErrorMessage } from '../../database/database-errors.js';
import { selectIds } from '../../database/select-ids.js';
import { withSavepoint } from '../../database/transactions.js';
import {
  CHECK_CONSTRAINTS,
  countLeads,
  type LeadRange,
  LIMIT_LOCK_WAIT,
  LOCK_TABLE,
  POSTPONE_REFRESH,
  rangeStatements,
  RENEW_STATES,
  REPAIR_LISTINGS,
  READ_EXISTING,
  LOCK_TO_REFRESH,
  readPage,
  REFRESH_FUTURE_SCORES,
  RESET_AS_OF,
  SET_AS_OF,
  USUAL_LOCK_WAIT,
  PREPARE_PLANNER,
} from './bulk-recalculation.sql.js';
import { readClock } from './lead-scores.js';
import { type RecalculationProgress, RecalculationCounter } from './recalculation-counter.js';

/** Leads whose scores are written together. */
const BATCH_SIZE = 50_000;

/**
 * Of a recalculation without failures. Each is a savepoint. Beyond 64 subtransactions that wrote, PostgreSQL looks up on
 * disk which of them are in progress, whenever any session reads.
 */
const MAX_BATCHES = 48;

/** The lowest integer: ids of an adopted database need not be positive. */
const BEFORE_ALL_IDS = -2_147_483_648;

/** How long a batch waits for a lead that another transaction has locked before it goes on without. */
const LOCK_WAIT = '200ms';

/** How long locked leads are retried, all together, before they count as failed. */
const LOCKED_LEADS_LIMIT_MS = 2000;
const LOCKED_LEADS_RETRY_MS = 20;

/** After how long the refresher tries a lead again that the database has rejected. */
const REJECTED_RETRY_SECONDS = 3600;

const SILENTLY_SKIPPED = 'The database skipped the row without an error.';
const DIFFERED = {
  state: 'The contact state did not match the interactions.',
  score: 'The score did not match the budget, the status and the interactions.',
  listing: 'The lists of leads did not match the lead.',
};
const LOCKED = 'The row is locked by another transaction.';

export interface BulkRecalculationOptions {
  /** The instant that all scores are measured at: the database's clock, read when no other bulk change runs. */
  readonly asOf: Date;
  /** A table with the ids of the leads in a column `id`, analysed; null: all leads. */
  readonly ids: string | null;
  /** As `countLeadsOf` has counted them. */
  readonly totalCount: number;
  readonly onProgress?: (progress: RecalculationProgress) => void;
  /** Looked at between statements; whoever gives it cancels the statement that is running. */
  readonly signal?: AbortSignal;
  /** Whether contact states and scores are compared with the interactions. Leads that differ are named, and repaired. */
  readonly isVerification?: boolean | undefined;
  /** Leads whose scores are written together, where not so many as usual. */
  readonly batchSize?: number;
}

/** Keeps others from changing many scores until the transaction ends. Waits until no other does. */
export async function lockBulkScoring(sequelize: Sequelize, transaction: Transaction): Promise<void> {
  await sequelize.query('SELECT pg_advisory_xact_lock($1)', {
    transaction,
    bind: [ADVISORY_LOCKS.bulkScoring],
  });
}

/** As `lockBulkScoring`, without waiting. @returns whether nobody else changes many scores */
export async function tryLockBulkScoring(sequelize: Sequelize, transaction: Transaction): Promise<boolean> {
  const [row] = await sequelize.query<{ isLocked: boolean }>(
    'SELECT pg_try_advisory_xact_lock($1) AS "isLocked"',
    { type: QueryTypes.SELECT, transaction, bind: [ADVISORY_LOCKS.bulkScoring] },
  );
  return row?.isLocked === true;
}

/**
 * Has the triggers leave scores to this transaction, which changes many leads: they keep the contact states alone. The
 * transaction has to call `recalculateLeads` for these leads in the end.
 */
export async function deferScores(sequelize: Sequelize, transaction: Transaction): Promise<void> {
  const asOf = await readClock(sequelize, transaction);
  await sequelize.query(SET_AS_OF, { transaction, bind: [asOf.toISOString()] });
}

/** How many leads a recalculation is about. @param ids as in `Recalculation` */
export async function countLeadsOf(
  sequelize: Sequelize,
  transaction: Transaction,
  ids: string | null,
): Promise<number> {
  const [row] = await sequelize.query<{ count: number }>(countLeads(ids ?? 'leads'), {
    type: QueryTypes.SELECT,
    transaction,
  });
  return row?.count ?? 0;
}

/**
 * Recalculates many leads at one instant within the caller's transaction, which has locked bulk scoring.
 *
 * One pass over ranges of leads, each one UPDATE that calculates the scores from the rows themselves. If another
 * writer has just committed a change of a row, PostgreSQL evaluates the UPDATE on the new version of it (READ COMMITTED).
 * Leads whose planned interaction has taken place get a new contact state before.
 *
 * A lead that the database rejects is named and left as it was. Leads that are removed, or have a fresher score,
 * are counted neither way. The settings that it makes last until the transaction ends.
 * @throws TransactionLostError if the transaction cannot go on; the reason of the signal if it is aborted; the
 * database's error if it is no single lead's
 */
export async function recalculateLeads(
  sequelize: Sequelize,
  transaction: Transaction,
  recalculation: BulkRecalculationOptions,
): Promise<RecalculationProgress> {
  return new BulkRecalculation(sequelize, transaction, recalculation).run();
}

/**
 * Scores these leads at one instant within the caller's transaction, without waiting for any lock: leads that another
 * transaction has locked are left out. Leads that the database rejects are named.
 * @throws TransactionLostError if the transaction cannot go on; the database's error if it is no single lead's
 */
export async function refreshLeads(
  sequelize: Sequelize,
  transaction: Transaction,
  leadIds: readonly number[],
  asOf: Date,
): Promise<RecalculationProgress> {
  const request = { asOf, ids: null, totalCount: leadIds.length };
  return new BulkRecalculation(sequelize, transaction, request).refresh(leadIds);
}

/** Has `lockLeadsToRefresh` find the scores that are dated in the future. It reads all leads. */
export async function refreshFutureScores(sequelize: Sequelize, transaction: Transaction): Promise<void> {
  await sequelize.query(REFRESH_FUTURE_SCORES, { transaction });
}

/** Locks leads whose scores may be wrong at an instant, at most `limit`; none while a recalculation or an import runs. */
export const lockLeadsToRefresh = (
  sequelize: Sequelize,
  transaction: Transaction,
  at: Date,
  limit: number,
): Promise<number[]> => selectIds(sequelize, transaction, LOCK_TO_REFRESH, [at, limit]);

class BulkRecalculation {
  private readonly tally: RecalculationCounter;
  /** Leads that another transaction has locked. */
  private locked: number[] = [];

  constructor(
    private readonly sequelize: Sequelize,
    private readonly transaction: Transaction,
    private readonly recalculation: BulkRecalculationOptions,
  ) {
    const { totalCount, onProgress = () => undefined } = recalculation;
    this.tally = new RecalculationCounter(totalCount, onProgress);
  }

  async run(): Promise<RecalculationProgress> {
    await this.query(LOCK_TABLE);
    await this.query(PREPARE_PLANNER);
    await this.query(SET_AS_OF, [this.recalculation.asOf.toISOString()]);
    await this.query(LIMIT_LOCK_WAIT, [LOCK_WAIT]);
    for await (const page of this.pages()) await this.recalculate(page);
    await this.retryLocked();
    await this.query(USUAL_LOCK_WAIT);
    await this.query(CHECK_CONSTRAINTS);
    await this.query(RESET_AS_OF);
    return this.tally;
  }

  async refresh(leadIds: readonly number[]): Promise<RecalculationProgress> {
    await this.query(PREPARE_PLANNER);
    await this.query(SET_AS_OF, [this.recalculation.asOf.toISOString()]);
    await this.recalculateUnlocked(rangeOf(leadIds));
    await this.query(RESET_AS_OF);
    return this.tally;
  }

  private async *pages(): AsyncGenerator<LeadRange> {
    const { ids, signal, batchSize = BATCH_SIZE } = this.recalculation;
    const size = Math.max(batchSize, Math.ceil(this.tally.totalCount / MAX_BATCHES));
    let afterId = BEFORE_ALL_IDS;
    for (;;) {
      signal?.throwIfAborted();
      const [page] = await this.sequelize.query<{ afterId: number | null; upToId: number | null }>(
        readPage(ids ?? 'leads'),
        { type: QueryTypes.SELECT, transaction: this.transaction, bind: [afterId, size] },
      );
      if (page?.afterId == null || page.upToId === null) return;
      yield { afterId: page.afterId, upToId: page.upToId };
      afterId = page.upToId;
    }
  }

  /** If a range fails, it is bisected until the leads that cause the failure are known. */
  private async recalculate(range: LeadRange): Promise<void> {
    this.recalculation.signal?.throwIfAborted();
    try {
      await this.inSavepoint(() => this.score(range));
    } catch (error) {
      this.recalculation.signal?.throwIfAborted();
      if (isLockError(error)) await this.recalculateUnlocked(range);
      else await this.bisect(range, error, (half) => this.recalculate(half));
    }
  }

  /**
   * As `recalculate`, without waiting for a lock: leads that another transaction has locked are added to `locked`. A
   * recalculation never waits long in a lock queue while others wait for it, so it is never part of a deadlock.
   */
  private async recalculateUnlocked(range: LeadRange): Promise<void> {
    try {
      await this.inSavepoint(async () => {
        const ids = await this.readIds(this.statements(range).lockDue);
        const due = await this.readIds(this.statements(range).readDue);
        const isOurs = new Set(ids);
        const scored = ids.length === 0 ? NOTHING : await this.score({ ...range, ids });
        return { ...scored, locked: due.filter((id) => !isOurs.has(id)) };
      });
    } catch (error) {
      this.recalculation.signal?.throwIfAborted();
      await this.bisect(range, error, (half) => this.recalculateUnlocked(half));
    }
  }

  /** Retries the locked leads until a limit. */
  private async retryLocked(): Promise<void> {
    const deadline = performance.now() + LOCKED_LEADS_LIMIT_MS;
    while (this.locked.length > 0 && performance.now() < deadline) {
      const ids = this.locked;
      this.locked = [];
      await this.recalculateUnlocked(rangeOf(ids));
      if (this.locked.length === ids.length) await sleep(LOCKED_LEADS_RETRY_MS);
    }
    // Leads that were removed meanwhile have not failed.
    const left = this.locked.length === 0 ? [] : await this.readIds(READ_EXISTING, [this.locked]);
    for (const leadId of left) this.tally.failed(leadId, LOCKED);
  }

  private async score(range: LeadRange): Promise<Scored> {
    const differences = await this.repairDifferences(range);
    const { setScores, readDue, updateLeadScores } = this.statements(range);
    let count = await this.update(setScores);
    let due = await this.readIds(readDue);
    if (due.length > 0) {
      const rest = this.statements({ ...range, ids: due });
      await this.update(rest.renewStates);
      count += await this.update(rest.setScores);
      due = await this.readIds(rest.readDue);
    }
    await this.query(updateLeadScores);
    return { count, differences, silentlySkipped: due, locked: [] };
  }

  /** The score of a lead is right in any case afterwards. */
  private async repairDifferences(range: LeadRange): Promise<Difference[]> {
    if (this.recalculation.isVerification !== true) return [];
    const { readDifferences } = this.statements(range);
    const { sequelize, transaction } = this;
    const found = await sequelize.query<Difference>(readDifferences, {
      type: QueryTypes.SELECT,
      transaction,
    });
    const idsOf = (part: Difference['part']) => found.filter((one) => one.part === part).map(({ id }) => id);
    await this.query(RENEW_STATES, [idsOf('state')]);
    await this.query(REPAIR_LISTINGS, [found.map(({ id }) => id)]);
    return found;
  }

  /** Counts what a part has done once it is complete. */
  private async inSavepoint(part: () => Promise<Scored>): Promise<void> {
    const scored = await withSavepoint(this.sequelize, this.transaction, part);
    for (const leadId of scored.silentlySkipped) await this.reject(leadId, SILENTLY_SKIPPED);
    this.locked.push(...scored.locked);
    for (const { id, part } of scored.differences) this.tally.differed(id, DIFFERED[part]);
    this.tally.saved(scored.count);
  }

  private async bisect(
    range: LeadRange,
    error: unknown,
    recalculate: (half: LeadRange) => Promise<void>,
  ): Promise<void> {
    if (!isRowError(error)) throw error;
    const halves = bisect(range);
    if (halves === null) await this.reject(range.ids?.[0] ?? range.upToId, rowErrorMessage(error));
    else for (const half of halves) await recalculate(half);
  }

  /** Its contact state may be newer than its score, so the score is tried again later. */
  private async reject(leadId: number, reason: string): Promise<void> {
    await this.query(POSTPONE_REFRESH, [leadId, REJECTED_RETRY_SECONDS]);
    this.tally.failed(leadId, reason);
  }

  private statements(range: LeadRange): ReturnType<typeof rangeStatements> {
    return rangeStatements(range, this.recalculation.ids, this.recalculation.asOf);
  }

  private readIds(sql: string, bind: unknown[] = []): Promise<number[]> {
    return selectIds(this.sequelize, this.transaction, sql, bind);
  }

  /** @returns how many rows were written */
  private async update(sql: string): Promise<number> {
    const [, count] = await this.sequelize.query(sql, {
      type: QueryTypes.UPDATE,
      transaction: this.transaction,
    });
    return count;
  }

  private async query(sql: string, bind?: unknown[]): Promise<void> {
    await this.sequelize.query(sql, { transaction: this.transaction, bind });
  }
}

interface Difference {
  readonly id: number;
  /** What differed. */
  readonly part: keyof typeof DIFFERED;
}

interface Scored {
  readonly count: number;
  /** Leads that a verification found to differ, and has repaired. */
  readonly differences: readonly Difference[];
  /** Leads that a trigger of the database kept from being written. */
  readonly silentlySkipped: readonly number[];
  readonly locked: readonly number[];
}

const NOTHING: Scored = { count: 0, differences: [], silentlySkipped: [], locked: [] };

const rangeOf = (ids: readonly number[]): LeadRange => ({
  afterId: Math.min(...ids) - 1,
  upToId: Math.max(...ids),
  ids,
});

/** Null for a single lead. */
function bisect({ afterId, upToId, ids }: LeadRange): LeadRange[] | null {
  if (ids !== undefined) {
    const middle = Math.ceil(ids.length / 2);
    return ids.length <= 1
      ? null
      : [ids.slice(0, middle), ids.slice(middle)].map((half) => ({ afterId, upToId, ids: half }));
  }
  const middle = Math.floor((afterId + upToId) / 2);
  return upToId - afterId === 1
    ? null
    : [
        { afterId, upToId: middle },
        { afterId: middle, upToId },
      ];
}
