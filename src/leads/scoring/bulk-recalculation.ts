import { setTimeout as sleep } from 'node:timers/promises';
import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { ADVISORY_LOCKS } from '../../database/advisory-locks.js';
import { isRowError, isLockError, rowErrorMessage } from '../../database/database-errors.js';
import { selectIds } from '../../database/read-rows.js';
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
  REMOVE_ORPHANS,
  REPAIR_LISTINGS,
  READ_EXISTING,
  LOCK_TO_REFRESH,
  readPage,
  RESET_AS_OF,
  SET_AS_OF,
  USUAL_LOCK_WAIT,
  PREPARE_PLANNER,
} from './bulk-recalculation.sql.js';
import { readClock } from './lead-scores.js';
import { readRulesInForce } from './rules-in-force.js';
import { RULES_IN_FORCE, rulesAsLiteral, type RulesInSql } from './score.sql.js';
import { type RecalculationProgress, RecalculationCounter } from './recalculation-counter.js';
import { REFRESH_WRONG_SCORES, SETTLE_RULES } from './stale-scores.sql.js';

/** The number of leads whose scores are written by one statement. */
const BATCH_SIZE = 50_000;

/**
 * The maximum number of batches of a recalculation without failures. Each batch is a savepoint. If a
 * transaction has more than 64 writing subtransactions, the subtransaction cache of PostgreSQL overflows:
 * all sessions then look up subtransactions on disk.
 */
const MAX_BATCHES = 48;

/** The lowest integer, because ids of an adopted database may be negative. */
const BEFORE_ALL_IDS = -2_147_483_648;

/** How long a batch waits for a locked lead before it continues without it. */
const LOCK_WAIT = '200ms';

/** The total time for retries of locked leads. After it, they count as failed. */
const LOCKED_LEADS_LIMIT_MS = 2000;
const LOCKED_LEADS_RETRY_MS = 20;

const SILENTLY_SKIPPED = 'The database skipped the row without an error.';
const DIFFERED = {
  state: 'The contact state did not match the interactions.',
  score: 'The score did not match the budget, the status and the interactions.',
  listing: 'The lists of leads did not match the lead.',
  orphan: 'The lists of leads had a lead that does not exist.',
};
const LOCKED = 'The row is locked by another transaction.';

export interface BulkRecalculationOptions {
  /**
   * The instant of all scores: the time of the database, read while this transaction has the bulk scoring
   * lock.
   */
  readonly asOf: Date;
  /** An analyzed table with the ids of the leads in a column `id`; null: all leads. */
  readonly ids: string | null;
  /** The result of `countLeadsOf`. */
  readonly totalCount: number;
  readonly onProgress?: (progress: RecalculationProgress) => void;
  /** Checked between statements. The caller must cancel the statement that is running. */
  readonly signal?: AbortSignal;
  /**
   * Whether to compare contact states and scores with the interactions. Leads that differ are reported and
   * repaired.
   */
  readonly isVerification?: boolean | undefined;
  /** The number of leads whose scores are written together, if it is not the default. */
  readonly batchSize?: number;
}

/** Waits for the advisory lock of bulk scoring, which the transaction keeps until it ends. */
export async function lockBulkScoring(sequelize: Sequelize, transaction: Transaction): Promise<void> {
  await sequelize.query('SELECT pg_advisory_xact_lock($1)', {
    transaction,
    bind: [ADVISORY_LOCKS.bulkScoring],
  });
}

/** Acquires the same lock as `lockBulkScoring`, without waiting. @returns whether the lock was acquired */
export async function tryLockBulkScoring(sequelize: Sequelize, transaction: Transaction): Promise<boolean> {
  const [row] = await sequelize.query<{ isLocked: boolean }>(
    'SELECT pg_try_advisory_xact_lock($1) AS "isLocked"',
    { type: QueryTypes.SELECT, transaction, bind: [ADVISORY_LOCKS.bulkScoring] },
  );
  return row?.isLocked === true;
}

/**
 * Makes the triggers maintain only contact states, because this transaction changes many leads. The
 * transaction must call `recalculateLeads` for these leads before it ends.
 */
export async function deferScores(sequelize: Sequelize, transaction: Transaction): Promise<void> {
  const asOf = await readClock(sequelize, transaction);
  await sequelize.query(SET_AS_OF, { transaction, bind: [asOf.toISOString()] });
}

/** Counts the leads of a recalculation. @param ids as in `BulkRecalculationOptions` */
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
 * One pass over ranges of leads runs one UPDATE per range, which calculates the scores from the rows. If
 * another transaction has just committed a change of a row, PostgreSQL evaluates the UPDATE on its new
 * version (READ COMMITTED). Leads whose planned interaction is now in the past get a new contact state first.
 *
 * A lead that the database rejects is reported and stays unchanged. Leads that are removed, or have a fresher
 * score, are counted neither way. The planner and lock settings apply until the transaction ends.
 * @throws TransactionLostError if the transaction cannot continue; the reason of the signal if it is aborted;
 * the error of the database if no single lead causes it
 */
export async function recalculateLeads(
  sequelize: Sequelize,
  transaction: Transaction,
  recalculation: BulkRecalculationOptions,
): Promise<RecalculationProgress> {
  return new BulkRecalculation(sequelize, transaction, recalculation).run();
}

/**
 * Scores these leads at one instant within the caller's transaction, without waiting for any lock. Skips
 * leads that another transaction has locked, and reports leads that the database rejects.
 * @throws TransactionLostError if the transaction cannot continue; the error of the database if no single
 * lead causes it
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

/** Makes scores that are dated in the future or of other rules due, so that `lockLeadsToRefresh` finds them. */
export async function refreshWrongScores(sequelize: Sequelize, transaction: Transaction): Promise<void> {
  await sequelize.query(SETTLE_RULES, { transaction });
  await sequelize.query(REFRESH_WRONG_SCORES, { transaction });
}

/**
 * Locks at most `limit` leads whose scores may be wrong at an instant. Returns none while a recalculation or
 * an import runs.
 */
export const lockLeadsToRefresh = (
  sequelize: Sequelize,
  transaction: Transaction,
  at: Date,
  limit: number,
): Promise<number[]> => selectIds(sequelize, transaction, LOCK_TO_REFRESH, [at, limit]);

class BulkRecalculation {
  private readonly counter: RecalculationCounter;
  private rules: RulesInSql = RULES_IN_FORCE;
  /** Leads that another transaction has locked. */
  private locked: number[] = [];

  constructor(
    private readonly sequelize: Sequelize,
    private readonly transaction: Transaction,
    private readonly recalculation: BulkRecalculationOptions,
  ) {
    const { totalCount, onProgress = () => undefined } = recalculation;
    this.counter = new RecalculationCounter(totalCount, onProgress);
  }

  async run(): Promise<RecalculationProgress> {
    await this.query(LOCK_TABLE);
    await this.query(PREPARE_PLANNER);
    this.rules = await this.readRules();
    await this.query(SET_AS_OF, [this.recalculation.asOf.toISOString()]);
    await this.query(LIMIT_LOCK_WAIT, [LOCK_WAIT]);
    for await (const page of this.pages()) await this.recalculate(page);
    await this.retryLocked();
    await this.query(USUAL_LOCK_WAIT);
    await this.removeOrphans();
    await this.query(CHECK_CONSTRAINTS);
    await this.query(RESET_AS_OF);
    return this.counter;
  }

  async refresh(leadIds: readonly number[]): Promise<RecalculationProgress> {
    await this.query(PREPARE_PLANNER);
    this.rules = await this.readRules();
    await this.query(SET_AS_OF, [this.recalculation.asOf.toISOString()]);
    await this.recalculateUnlocked(rangeOf(leadIds));
    await this.query(RESET_AS_OF);
    return this.counter;
  }

  private async *pages(): AsyncGenerator<LeadRange> {
    const { ids, signal, batchSize = BATCH_SIZE } = this.recalculation;
    const size = Math.max(batchSize, Math.ceil(this.counter.totalCount / MAX_BATCHES));
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

  /** Scores a range. If it fails, bisects it until the leads that cause the failure are known. */
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
   * Like `recalculate`, but without waiting for a lock: adds leads that another transaction has locked to
   * `locked`. A recalculation never waits long for a lock while others wait for it, so it never causes a
   * deadlock.
   */
  private async recalculateUnlocked(range: LeadRange): Promise<void> {
    try {
      await this.inSavepoint(async () => {
        const ids = await this.readIds(this.statements(range).lockDue);
        const due = await this.readIds(this.statements(range).readDue);
        const isOurs = new Set(ids);
        const scored = ids.length === 0 ? NOTHING : await this.score({ ...range, ids });
        return { ...scored, locked: [...scored.locked, ...due.filter((id) => !isOurs.has(id))] };
      });
    } catch (error) {
      this.recalculation.signal?.throwIfAborted();
      await this.bisect(range, error, (half) => this.recalculateUnlocked(half));
    }
  }

  /** Retries the locked leads until a time limit. */
  private async retryLocked(): Promise<void> {
    const deadline = performance.now() + LOCKED_LEADS_LIMIT_MS;
    while (this.locked.length > 0 && performance.now() < deadline) {
      const ids = this.locked;
      this.locked = [];
      await this.recalculateUnlocked(rangeOf(ids));
      if (this.locked.length === ids.length) await sleep(LOCKED_LEADS_RETRY_MS);
    }
    // Leads that have been deleted in the meantime have not failed.
    const left = this.locked.length === 0 ? [] : await this.readIds(READ_EXISTING, [this.locked]);
    for (const leadId of left) this.counter.failed(leadId, LOCKED);
  }

  private async score(range: LeadRange): Promise<Scored> {
    const differences = await this.repairDifferences(range);
    const ofRange = this.statements(range);
    let count = await this.update(ofRange.setScores);
    let due = await this.readIds(ofRange.readDue);
    if (due.length > 0) {
      const ofDue = this.statements({ ...range, ids: due });
      if (!(await this.tryToRenew(ofDue.renewStates))) {
        await this.query(ofRange.updateLeadScores);
        return { count, differences, silentlySkipped: [], locked: due };
      }
      count += await this.update(ofDue.setScores);
      due = await this.readIds(ofDue.readDue);
    }
    await this.query(ofRange.updateLeadScores);
    return { count, differences, silentlySkipped: due, locked: [] };
  }

  /** @returns false if another transaction has locked `interactions` or one of the leads */
  private async tryToRenew(renewStates: string): Promise<boolean> {
    try {
      await withSavepoint(this.sequelize, this.transaction, () => this.update(renewStates));
      return true;
    } catch (error) {
      if (isLockError(error)) return false;
      throw error;
    }
  }

  private async removeOrphans(): Promise<void> {
    if (this.recalculation.isVerification !== true) return;
    for (const id of await this.readIds(REMOVE_ORPHANS)) this.counter.differed(id, DIFFERED.orphan);
  }

  /** Finds and repairs differences. The scores are recalculated afterwards in any case. */
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

  /** Counts the results of a part when it is complete. */
  private async inSavepoint(part: () => Promise<Scored>): Promise<void> {
    const scored = await withSavepoint(this.sequelize, this.transaction, part);
    for (const leadId of scored.silentlySkipped) await this.reject(leadId, SILENTLY_SKIPPED);
    this.locked.push(...scored.locked);
    for (const { id, part } of scored.differences) this.counter.differed(id, DIFFERED[part]);
    this.counter.saved(scored.count);
  }

  private async bisect(
    range: LeadRange,
    error: unknown,
    recalculate: (half: LeadRange) => Promise<void>,
  ): Promise<void> {
    if (!isRowError(error)) throw error;
    const halves = halvesOf(range);
    if (halves === null) await this.reject(range.ids?.[0] ?? range.upToId, rowErrorMessage(error));
    else for (const half of halves) await recalculate(half);
  }

  /** The contact state of the lead may be newer than its score, so the score is retried later. */
  private async reject(leadId: number, reason: string): Promise<void> {
    await this.query(POSTPONE_REFRESH, [leadId]);
    this.counter.failed(leadId, reason);
  }

  private statements(range: LeadRange): ReturnType<typeof rangeStatements> {
    return rangeStatements(range, this.recalculation.ids, this.recalculation.asOf, this.rules);
  }

  private async readRules(): Promise<RulesInSql> {
    const { rules, version } = await readRulesInForce(this.sequelize, this.transaction);
    return rulesAsLiteral(rules, version);
  }

  private readIds(sql: string, bind: unknown[] = []): Promise<number[]> {
    return selectIds(this.sequelize, this.transaction, sql, bind);
  }

  /** @returns the number of updated rows */
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
  /** The part that differs. */
  readonly part: keyof typeof DIFFERED;
}

interface Scored {
  readonly count: number;
  /** Leads that a verification has found to differ and has repaired. */
  readonly differences: readonly Difference[];
  /** Leads whose update a database trigger has suppressed. */
  readonly silentlySkipped: readonly number[];
  readonly locked: readonly number[];
}

const NOTHING: Scored = { count: 0, differences: [], silentlySkipped: [], locked: [] };

const rangeOf = (ids: readonly number[]): LeadRange => ({
  afterId: Math.min(...ids) - 1,
  upToId: Math.max(...ids),
  ids,
});

/** Returns the two halves of a range; null for a single lead. */
function halvesOf({ afterId, upToId, ids }: LeadRange): LeadRange[] | null {
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
