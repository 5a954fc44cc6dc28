import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { deferScores } from '../leads/scoring/bulk-recalculation.js';
import { withSavepoint } from '../database/transactions.js';
import {
  ADD_AFFECTED_LEADS,
  type AffectedScores,
  CREATE_AFFECTED_LEADS,
  recalculateAffected,
} from './affected-leads.js';
import * as changes from './change-merge.sql.js';
import type { ImportedFile, ImportProgress } from './import-report.js';
import * as interactions from './interaction-merge.sql.js';
import * as leads from './lead-merge.sql.js';
import { RowsSkippedError, writeRanges } from './position-ranges.js';
import { PREPARE_MERGE } from './staging.sql.js';

/** The number of rows that one statement writes. */
const LEADS_AT_ONCE = 20_000;
const INTERACTIONS_AT_ONCE = 100_000;
const CHANGES_AT_ONCE = 100_000;

export interface MergeOptions {
  /** The id of the import; null: a dry run, which plans the merge and writes nothing. */
  readonly importId: number | null;
  readonly allowDuplicates: boolean;
  /** The files of the import. The others have no lines. */
  readonly kinds: readonly ImportedFile[];
  readonly onProgress: (progress: ImportProgress) => void;
  readonly signal: AbortSignal;
}

/** The statements that write one kind of row. */
interface RowWriter {
  readonly file: ImportedFile;
  readonly table: string;
  /** The statements in their order. */
  readonly write: readonly string[];
  readonly reject: string;
  readonly size: number;
}

const LEADS: RowWriter = {
  file: 'leads',
  table: 'pg_temp.import_lead_plan',
  write: [leads.INSERT_LEADS, leads.UPDATE_LEADS],
  reject: leads.REJECT_LEAD,
  size: LEADS_AT_ONCE,
};

const INTERACTIONS: RowWriter = {
  file: 'interactions',
  table: 'pg_temp.import_interaction_plan',
  write: [interactions.INSERT_INTERACTIONS, interactions.UPDATE_INTERACTIONS],
  reject: interactions.REJECT_INTERACTION,
  size: INTERACTIONS_AT_ONCE,
};

const CHANGES: RowWriter = {
  file: 'changes',
  table: 'pg_temp.import_change_plan',
  write: [changes.INSERT_CHANGES],
  reject: changes.REJECT_CHANGE,
  size: CHANGES_AT_ONCE,
};

/** Merges the staged lines with the leads, interactions and changes, within the transaction of the import. */
export class ImportMerge {
  constructor(
    private readonly sequelize: Sequelize,
    private readonly transaction: Transaction,
    private readonly options: MergeOptions,
  ) {}

  /**
   * @returns the scores of the leads that changed; null after a dry run
   * @throws TransactionLostError; the error of the database if no single row causes it; the reason of the signal
   */
  async run(): Promise<AffectedScores | null> {
    const { importId } = this.options;
    await this.query(PREPARE_MERGE);
    if (importId !== null) {
      await this.query(CREATE_AFFECTED_LEADS);
      await deferScores(this.sequelize, this.transaction);
    }
    await this.retrySkipped((isSkippingFatal) => this.mergeLeads(isSkippingFatal));
    await this.query(leads.COLLECT_LEAD_REJECTIONS);
    await this.retrySkipped((isSkippingFatal) => this.mergeInteractions(isSkippingFatal));
    await this.query(interactions.COLLECT_INTERACTION_REJECTIONS);
    if (this.options.kinds.includes('changes')) {
      await this.retrySkipped((isSkippingFatal) => this.mergeChanges(isSkippingFatal));
      await this.query(changes.COLLECT_UNKNOWN_LEADS);
    }
    if (importId === null) return null;
    await this.query(ADD_AFFECTED_LEADS, [importId]);
    return recalculateAffected(
      this.sequelize,
      this.transaction,
      this.options.signal,
      (doneCount, totalCount) => {
        this.report({ step: 'scoring', file: null, doneCount, totalCount });
      },
    );
  }

  /**
   * If the database skips a row, another transaction may just have inserted the same e-mail or external id. A second plan
   * finds that row.
   */
  private async retrySkipped(merge: (isSkippingFatal: boolean) => Promise<void>): Promise<void> {
    try {
      await withSavepoint(this.sequelize, this.transaction, () => merge(true));
    } catch (error) {
      if (!(error instanceof RowsSkippedError)) throw error;
      await merge(false);
    }
  }

  private async mergeLeads(isSkippingFatal: boolean): Promise<void> {
    this.report({ step: 'matching', file: 'leads', doneCount: 0, totalCount: null });
    await this.matchLeads();
    await this.query(leads.GROUP_LEADS);
    await this.query(leads.REJECT_CONFLICTS);
    await this.query(leads.PLAN_LEADS);
    await this.write(LEADS, isSkippingFatal);
  }

  /** Matches the lines with leads, and locks these leads. A dry run locks nothing. */
  private async matchLeads(): Promise<void> {
    for (;;) {
      await this.query(leads.MATCH_LEADS);
      if (this.options.importId === null) return;
      await this.query(leads.LOCK_MATCHED_LEADS);
      const [match] = await this.select<{ isOutdated: boolean }>(leads.READ_IS_OUTDATED, []);
      if (match?.isOutdated !== true) return;
      await this.query(leads.DROP_MATCHES);
      this.options.signal.throwIfAborted();
    }
  }

  private async mergeInteractions(isSkippingFatal: boolean): Promise<void> {
    this.report({ step: 'matching', file: 'interactions', doneCount: 0, totalCount: null });
    await this.query(interactions.MATCH_LEADS_OF_INTERACTIONS);
    if (this.options.importId !== null) await this.query(interactions.LOCK_TARGETS);
    await this.query(interactions.PLAN_INTERACTIONS, [this.options.allowDuplicates]);
    await this.query(interactions.INDEX_INTERACTION_PLAN);
    await this.write(INTERACTIONS, isSkippingFatal);
  }

  /** The score of a lead follows from its own row, which stays as it is. */
  private async mergeChanges(isSkippingFatal: boolean): Promise<void> {
    this.report({ step: 'matching', file: 'changes', doneCount: 0, totalCount: null });
    await this.query(changes.MATCH_LEADS_OF_CHANGES);
    if (this.options.importId !== null) await this.query(changes.LOCK_CHANGED_LEADS);
    await this.query(changes.PLAN_CHANGES);
    await this.query(changes.COLLECT_REJECTED_CHANGES);
    await this.write(CHANGES, isSkippingFatal);
    if (this.options.importId !== null) await this.query(changes.CORRECT_CREATIONS);
  }

  private async write(rows: RowWriter, isSkippingFatal: boolean): Promise<void> {
    const { importId, signal } = this.options;
    if (importId === null) return;
    const [plan] = await this.select<{ count: number }>(
      `SELECT count(*)::int AS count FROM ${rows.table}`,
      [],
    );
    const totalCount = plan?.count ?? 0;
    await writeRanges(this.sequelize, this.transaction, {
      count: totalCount,
      size: rows.size,
      isSkippingFatal,
      signal,
      write: async (after, upTo) => {
        for (const statement of rows.write) {
          const [result] = await this.select<{ written: number; requested: number }>(statement, [
            after,
            upTo,
            importId,
          ]);
          if (result === undefined || result.written < result.requested) throw new RowsSkippedError();
        }
      },
      reject: (position, reason) => this.query(rows.reject, [position, reason]),
      onWritten: (doneCount) => {
        this.report({ step: 'writing', file: rows.file, doneCount, totalCount });
      },
    });
  }

  private report(progress: ImportProgress): void {
    const { signal, kinds, onProgress } = this.options;
    signal.throwIfAborted();
    if (progress.file === null || kinds.includes(progress.file)) onProgress(progress);
  }

  private async query(sql: string, bind?: unknown[]): Promise<void> {
    await this.sequelize.query(sql, { transaction: this.transaction, bind });
  }

  private select<Row extends object>(sql: string, bind: unknown[]): Promise<Row[]> {
    return this.sequelize.query<Row>(sql, { type: QueryTypes.SELECT, transaction: this.transaction, bind });
  }
}
