import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { ADVISORY_LOCKS } from '../../database/advisory-locks.js';
import { isFaultOfTheRow, refusalReason } from '../../database/database-errors.js';
import { withSavepoint } from '../../database/transactions.js';
import {
  calculateBatch,
  CHECK_CONSTRAINTS,
  countLeads,
  FORGET_PLANS,
  type IdRange,
  LIMIT_LOCK_WAIT,
  LOCK_TABLE,
  PREFER_LOOK_UPS,
  PREFER_PARALLEL_READS,
  readPage,
  USUAL_LOCK_WAIT,
} from './bulk-recalculation.sql.js';
import { halvesOf } from './halves.js';
import { type RecalculationProgress, RecalculationTally } from './recalculation-tally.js';
import { type CalculatedBatch, ScoreWriteBack } from './score-write-back.js';

/** Leads whose scores are written together. */
const BATCH_SIZE = 50_000;

/**
 * Batches whose scores are worked out together: the more interactions there are to read at a time, the more of them
 * PostgreSQL reads with several processes. What they take in memory is in PostgreSQL's.
 */
const BATCHES_A_CALCULATION = 5;

/**
 * Of a run without failures. Each is a savepoint, as each calculation is, and beyond 64 subtransactions that wrote,
 * PostgreSQL looks up on disk which of them are under way, for everybody who reads.
 */
const MAX_BATCHES = 48;

/** The lowest integer: ids of an adopted database need not be positive. */
const BEFORE_ALL_IDS = -2_147_483_648;

/** How long a batch waits for a lead that somebody else has locked before it goes on without. */
const LOCK_WAIT = '200ms';

export interface Recalculation {
  /** The instant that all scores are measured at: the database's clock, read when no other bulk change runs. */
  readonly asOf: Date;
  /** A table with the ids of the leads in a column `id`, its primary key, analysed; null: all leads. */
  readonly ids: string | null;
  /** As `countLeadsOf` has counted them. */
  readonly totalCount: number;
  readonly onProgress?: (progress: RecalculationProgress) => void;
  /** Looked at between statements; whoever gives it cancels the statement that is running. */
  readonly signal?: AbortSignal;
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
 * First all scores are worked out, into temporary tables, with no lead locked. Then they are written, each only
 * where the lead's row is still the one that its score was worked out from; leads that were changed meanwhile are
 * scored anew. So other writers wait for no longer than the writing takes.
 *
 * A lead that the database refuses is named and left as it was; leads that are removed, or have a fresher score,
 * are counted neither way. The planner settings that it makes last until the transaction ends.
 * @throws TransactionLostError where the transaction cannot go on; whatever the signal was aborted with; the
 * database's error where the whole is at fault
 */
export async function recalculateLeads(
  sequelize: Sequelize,
  transaction: Transaction,
  recalculation: Recalculation,
): Promise<RecalculationProgress> {
  return new BulkRecalculation(sequelize, transaction, recalculation).run();
}

type Page = IdRange & { readonly count: number };

class BulkRecalculation {
  private readonly batches: CalculatedBatch[] = [];
  private readonly tally: RecalculationTally;
  private tableCount = 0;

  constructor(
    private readonly sequelize: Sequelize,
    private readonly transaction: Transaction,
    private readonly recalculation: Recalculation,
  ) {
    const { totalCount, onProgress = () => undefined } = recalculation;
    this.tally = new RecalculationTally(totalCount, onProgress);
  }

  async run(): Promise<RecalculationProgress> {
    await this.query(LOCK_TABLE);
    await this.query(PREFER_PARALLEL_READS);
    await this.calculateAll();
    await this.query(PREFER_LOOK_UPS);
    await this.query(FORGET_PLANS);
    await this.query(LIMIT_LOCK_WAIT, [LOCK_WAIT]);
    await this.saveAll();
    await this.query(USUAL_LOCK_WAIT);
    await this.query(CHECK_CONSTRAINTS);
    return this.tally;
  }

  private async calculateAll(): Promise<void> {
    const { batchSize = BATCH_SIZE } = this.recalculation;
    const size = Math.max(batchSize, Math.ceil(this.tally.totalCount / MAX_BATCHES));
    let pages = await this.readPages(BEFORE_ALL_IDS, size);
    for (;;) {
      const [first, last] = [pages.at(0), pages.at(-1)];
      if (first === undefined || last === undefined) return;
      const count = pages.reduce((sum, page) => sum + page.count, 0);
      await this.calculate({ afterId: first.afterId, upToId: last.upToId, count }, pages);
      this.tally.calculated(count);
      pages = await this.readPages(last.upToId, size);
    }
  }

  /** The pages of one calculation; none where there are no more leads. */
  private async readPages(afterId: number, size: number): Promise<Page[]> {
    const pages: Page[] = [];
    while (pages.length < BATCHES_A_CALCULATION) {
      const page = await this.readPage(pages.at(-1)?.upToId ?? afterId, size);
      if (page === null) return pages;
      pages.push(page);
    }
    return pages;
  }

  private async readPage(afterId: number, size: number): Promise<Page | null> {
    this.recalculation.signal?.throwIfAborted();
    const [page] = await this.sequelize.query<{
      afterId: number | null;
      upToId: number | null;
      count: number;
    }>(readPage(this.recalculation.ids ?? 'leads'), {
      type: QueryTypes.SELECT,
      transaction: this.transaction,
      bind: [afterId, size],
    });
    if (page?.afterId == null || page.upToId === null) return null;
    return { afterId: page.afterId, upToId: page.upToId, count: page.count };
  }

  /**
   * A range that fails is halved until the leads at fault stand alone.
   * @param batches the parts of the range that are written together
   */
  private async calculate({ count, ...range }: Page, batches: readonly IdRange[]): Promise<void> {
    this.tableCount += 1;
    const table = `rescored_${this.tableCount}`;
    const { asOf, ids, signal } = this.recalculation;
    try {
      await withSavepoint(this.sequelize, this.transaction, () =>
        this.query(calculateBatch(table, { range, ids, count }, asOf)),
      );
      this.batches.push(...batches.map((batch) => ({ table, range: batch })));
    } catch (error) {
      signal?.throwIfAborted();
      if (!isFaultOfTheRow(error)) throw error;
      if (range.upToId - range.afterId === 1) {
        this.tally.failed(range.upToId, refusalReason(error));
        return;
      }
      for (const half of halvesOf(range)) await this.calculate({ ...half, count: count / 2 }, [half]);
    }
  }

  private async saveAll(): Promise<void> {
    const { asOf, signal } = this.recalculation;
    const writeBack = new ScoreWriteBack(this.sequelize, this.transaction, asOf, this.tally, signal);
    for (const batch of this.batches) await writeBack.save(batch);
    await writeBack.saveHeld();
  }

  private async query(sql: string, bind?: unknown[]): Promise<void> {
    await this.sequelize.query(sql, { transaction: this.transaction, bind });
  }
}
