import { setTimeout as sleep } from 'node:timers/promises';
import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { isFaultOfTheRow, isLockFault, refusalReason } from '../../database/database-errors.js';
import { selectIds } from '../../database/select-ids.js';
import { withSavepoint } from '../../database/transactions.js';
import {
  countScores,
  type IdRange,
  LOCK_UNLOCKED_LEADS,
  lockUnlocked,
  READ_EXISTING,
  readUnsaved,
  saveBatch,
  saveSome,
} from './bulk-recalculation.sql.js';
import { halvesOf } from './halves.js';
import { scoreLeads } from './lead-scores.js';
import type { RecalculationTally } from './recalculation-tally.js';

/** Scores that have been worked out, in a temporary table. */
export interface CalculatedBatch {
  readonly table: string;
  readonly range: IdRange;
}

/** How long leads that somebody else has locked are waited for, all together, before they count as failed. */
const HELD_LEADS_LIMIT_MS = 2000;
const HELD_LEADS_RETRY_MS = 20;

const PASSED_OVER = 'The database passed over the row.';
const HELD = 'The row is locked by somebody else.';

interface Saved {
  readonly count: number;
  readonly passedOver: readonly number[];
  /** Leads that somebody else has locked. */
  readonly held: readonly number[];
}

/**
 * Writes scores that have been worked out before. It never waits long for a lock while others wait for it: leads
 * that somebody holds are left to the end, and then tried for without waiting in PostgreSQL's queues, where two
 * that wait for each other would be a deadlock.
 */
export class ScoreWriteBack {
  private held: number[] = [];

  constructor(
    private readonly sequelize: Sequelize,
    private readonly transaction: Transaction,
    private readonly asOf: Date,
    private readonly tally: RecalculationTally,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** A range that fails is halved until the leads at fault stand alone. */
  async save({ table, range }: CalculatedBatch): Promise<void> {
    this.signal?.throwIfAborted();
    try {
      await this.saveBehindSavepoint(() => this.saveWhole(table, range));
    } catch (error) {
      this.signal?.throwIfAborted();
      if (isLockFault(error)) await this.saveUnlocked(table, range);
      else await this.halve(table, range, error);
    }
  }

  /** Tries for the leads that were locked by somebody else until a limit. */
  async saveHeld(): Promise<void> {
    const deadline = performance.now() + HELD_LEADS_LIMIT_MS;
    while (this.held.length > 0 && performance.now() < deadline) {
      this.signal?.throwIfAborted();
      const free = await this.readIds(LOCK_UNLOCKED_LEADS, [this.held]);
      if (free.length > 0) await this.scoreAnew(free);
      const isFree = new Set(free);
      this.held = this.held.filter((id) => !isFree.has(id));
      if (free.length === 0) await sleep(HELD_LEADS_RETRY_MS);
    }
    // Who was removed is not at fault.
    const left = this.held.length === 0 ? [] : await this.readIds(READ_EXISTING, [this.held]);
    for (const leadId of left) this.tally.failed(leadId, HELD);
  }

  private async saveUnlocked(table: string, range: IdRange): Promise<void> {
    try {
      await this.saveBehindSavepoint(() => this.saveSome(table, range));
    } catch (error) {
      this.signal?.throwIfAborted();
      await this.halve(table, range, error);
    }
  }

  /** Counts what a part has done once it stands. */
  private async saveBehindSavepoint(part: () => Promise<Saved>): Promise<void> {
    const saved = await withSavepoint(this.sequelize, this.transaction, part);
    for (const leadId of saved.passedOver) this.tally.failed(leadId, PASSED_OVER);
    this.held.push(...saved.held);
    this.tally.saved(saved.count);
  }

  private async halve(table: string, range: IdRange, error: unknown): Promise<void> {
    if (!isFaultOfTheRow(error)) throw error;
    if (range.upToId - range.afterId === 1) {
      this.tally.failed(range.upToId, refusalReason(error));
      return;
    }
    for (const half of halvesOf(range)) await this.save({ table, range: half });
  }

  private async saveWhole(table: string, { afterId, upToId }: IdRange): Promise<Saved> {
    const [scores] = await this.sequelize.query<{ count: number }>(countScores(table), {
      type: QueryTypes.SELECT,
      transaction: this.transaction,
      bind: [afterId, upToId],
    });
    if (scores?.count === 0) return { count: 0, passedOver: [], held: [] };
    const count = await this.update(saveBatch(table), [afterId, upToId]);
    if (count === scores?.count) return { count, passedOver: [], held: [] };
    const unsaved = await this.saveUnsaved(table, { afterId, upToId });
    return { count: count + unsaved.count, passedOver: unsaved.passedOver, held: [] };
  }

  private async saveSome(table: string, { afterId, upToId }: IdRange): Promise<Saved> {
    const free = await this.readIds(lockUnlocked(table), [afterId, upToId]);
    const count = await this.update(saveSome(table), [afterId, upToId, free]);
    const isFree = new Set(free);
    const unsaved = await this.saveUnsaved(table, { afterId, upToId }, (id) => isFree.has(id));
    return { count: count + unsaved.count, passedOver: unsaved.passedOver, held: unsaved.rest };
  }

  /** Scores leads anew whose row has changed since their score was worked out. */
  private async saveUnsaved(
    table: string,
    { afterId, upToId }: IdRange,
    isOurs: (id: number) => boolean = () => true,
  ): Promise<{ count: number; passedOver: number[]; rest: number[] }> {
    const unsaved = await this.sequelize.query<{ id: number; isUnchanged: boolean }>(readUnsaved(table), {
      type: QueryTypes.SELECT,
      transaction: this.transaction,
      bind: [afterId, upToId, this.asOf],
    });
    const ours = unsaved.filter(({ id }) => isOurs(id));
    const changed = ours.filter(({ isUnchanged }) => !isUnchanged).map(({ id }) => id);
    const scored = await scoreLeads(this.sequelize, this.transaction, changed, this.asOf);
    return {
      count: scored.savedCount,
      passedOver: [
        ...ours.filter(({ isUnchanged }) => isUnchanged).map(({ id }) => id),
        ...scored.passedOver,
      ],
      rest: unsaved.filter(({ id }) => !isOurs(id)).map(({ id }) => id),
    };
  }

  private async scoreAnew(leadIds: readonly number[]): Promise<void> {
    try {
      await this.saveBehindSavepoint(async () => {
        const { savedCount, passedOver } = await scoreLeads(
          this.sequelize,
          this.transaction,
          leadIds,
          this.asOf,
        );
        return { count: savedCount, passedOver, held: [] };
      });
    } catch (error) {
      this.signal?.throwIfAborted();
      if (!isFaultOfTheRow(error)) throw error;
      const [leadId] = leadIds;
      if (leadIds.length === 1 && leadId !== undefined) {
        this.tally.failed(leadId, refusalReason(error));
        return;
      }
      const middle = Math.ceil(leadIds.length / 2);
      await this.scoreAnew(leadIds.slice(0, middle));
      await this.scoreAnew(leadIds.slice(middle));
    }
  }

  private readIds(sql: string, bind: unknown[]): Promise<number[]> {
    return selectIds(this.sequelize, this.transaction, sql, bind);
  }

  /** @returns how many rows were written */
  private async update(sql: string, bind: unknown[]): Promise<number> {
    const [, count] = await this.sequelize.query(sql, {
      type: QueryTypes.UPDATE,
      transaction: this.transaction,
      bind,
    });
    return count;
  }
}
