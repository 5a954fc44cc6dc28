import os from 'node:os';
import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { DomainError } from '../common/domain-error.js';
import { failureReason } from '../database/database-errors.js';
import type { RecordWriter } from '../database/record-writer.js';
import { stopOnAbort } from '../database/statement-canceller.js';
import { inSingleTransaction, withSavepoint } from '../database/transactions.js';
import { SummariesAfterChange } from '../summaries/summaries-after-change.js';
import { AFFECTED_LEADS } from './affected-leads.js';
import { importEnded, importStarted } from './errors-and-events.js';
import { ImportFileError } from './import-file-error.js';
import type { ImportFiles } from './import-files.js';
import type { ImportTrigger } from './import-record.js';
import {
  BEGIN_IMPORT,
  END_WHEN_ABANDONED,
  LOCK_IMPORT,
  NEXT_ID,
  SAVE_END,
  SAVE_SUCCESS,
} from './import-record.sql.js';
import { fileReportsOf, type ImportProgress, type ImportReport } from './import-report.js';
import { ImportRun } from './import-run.js';

export interface ExecutionRequest {
  readonly files: ImportFiles;
  readonly trigger: ImportTrigger;
  readonly caller: string;
  /** The options for the record. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly allowDuplicates: boolean;
  readonly onProgress: (progress: ImportProgress) => void;
  /** Called with the id of the import as soon as its record is visible. */
  readonly onStarted: (id: number) => void;
  /** Called within the transaction when the report is complete. */
  readonly onReport: (transaction: Transaction, report: ImportReport) => Promise<void>;
  /** Aborts and rolls back the import. */
  readonly signal: AbortSignal;
}

/** The reason why an import did not succeed. */
interface Failure {
  readonly status: 'failed' | 'cancelled';
  readonly error: DomainError;
}

/**
 * One import. Its outcome is written within its own transaction, so that record and rows are always consistent: it succeeded
 * exactly if its rows are stored. If it fails, everything is rolled back to a savepoint. The end of the record is then committed
 * without it.
 */
export class ImportExecution {
  private id: number | null = null;
  private failure: Failure | null = null;
  private report: ImportReport | null = null;

  constructor(
    private readonly sequelize: Sequelize,
    private readonly record: RecordWriter<ImportProgress>,
    private readonly summaries: SummariesAfterChange,
    private readonly request: ExecutionRequest,
  ) {}

  /**
   * @returns the id of the import, which succeeded
   * @throws IMPORT_FILE_INVALID, IMPORT_FAILED or IMPORT_CANCELLED if it was rolled back
   */
  async run(): Promise<number> {
    const begunAt = performance.now();
    try {
      await inSingleTransaction(this.sequelize, async (transaction) => {
        this.id = await this.begin(transaction);
        await this.runWithin(transaction, this.id);
      });
    } catch (error) {
      await this.recordLoss(error);
    }
    const id = this.idOfRun();
    importEnded.publish({
      importId: id,
      outcome: this.failure?.status ?? 'succeeded',
      durationMs: Math.round(performance.now() - begunAt),
      savedCount: this.failure === null ? savedCount(this.report) : 0,
      rejectedCount:
        this.report === null
          ? 0
          : fileReportsOf(this.report).reduce((sum, { rejectedLines }) => sum + rejectedLines, 0),
    });
    if (this.failure !== null) throw this.failure.error;
    return id;
  }

  private async begin(transaction: Transaction): Promise<number> {
    const [next] = await this.sequelize.query<{ id: number }>(NEXT_ID, {
      type: QueryTypes.SELECT,
      transaction,
    });
    const id = next?.id ?? 0;
    await this.sequelize.query(END_WHEN_ABANDONED, { transaction });
    await this.sequelize.query(LOCK_IMPORT, { transaction, bind: [id] });
    const { trigger, caller, files, options } = this.request;
    const host = `${os.hostname()}, process ${process.pid}`;
    const recorded = files.all.map(({ kind, csv: { name }, size, sha256 }) => ({ kind, name, size, sha256 }));
    const values = [trigger, caller, host, JSON.stringify(recorded), JSON.stringify(options)];
    await this.record.begin(id, BEGIN_IMPORT, values);
    importStarted.publish({ importId: id, trigger });
    this.request.onStarted(id);
    return id;
  }

  private async runWithin(transaction: Transaction, id: number): Promise<void> {
    const { sequelize, request } = this;
    try {
      const report = await withSavepoint(sequelize, transaction, () =>
        stopOnAbort(transaction, request.signal, () => this.import(transaction, id)),
      );
      this.report = report;
      await this.record.settled();
      await sequelize.query(SAVE_SUCCESS, { transaction, bind: [id, JSON.stringify(report)] });
    } catch (error) {
      this.failure = this.failureOf(error);
      await this.record.settled();
      const bind = [id, this.failure.status, this.failure.error.message];
      await sequelize.query(SAVE_END, { transaction, bind });
    }
  }

  private async import(transaction: Transaction, importId: number): Promise<ImportReport> {
    const { files, allowDuplicates, signal, onProgress, onReport } = this.request;
    const report = await new ImportRun(this.sequelize, transaction, files, {
      importId,
      allowDuplicates,
      signal,
      onProgress: (progress) => {
        this.record.progress(progress);
        onProgress(progress);
      },
    }).run();
    await this.summaries.queueAll(AFFECTED_LEADS, transaction);
    await onReport(transaction, report);
    return report;
  }

  private async recordLoss(error: unknown): Promise<void> {
    const failure = this.failure ?? this.failureOf(error);
    if (this.id === null) throw failure.error;
    const { status, error: reason } = failure;
    const isSaved = await this.record.endUncertain(this.sequelize, status, reason.message);
    this.failure = isSaved ? null : failure;
  }

  private idOfRun(): number {
    if (this.id === null) throw new Error('The import was not started.');
    return this.id;
  }

  private failureOf(error: unknown): Failure {
    return this.request.signal.aborted
      ? { status: 'cancelled', error: cancelledImport(error) }
      : { status: 'failed', error: failedImport(error) };
  }
}

const savedCount = (report: ImportReport | null): number =>
  report === null
    ? 0
    : fileReportsOf(report).reduce((sum, { inserted, updated }) => sum + inserted + updated, 0);

export const cancelledImport = (cause: unknown): DomainError =>
  new DomainError('IMPORT_CANCELLED', 'The import was interrupted and rolled back: nothing was imported.', {
    cause,
    isExpected: true,
  });

/** Bugs keep their original error as the cause. */
export function failedImport(error: unknown): DomainError {
  if (error instanceof ImportFileError) return error;
  return new DomainError(
    'IMPORT_FAILED',
    `The import failed and was rolled back: nothing was imported. ${failureReason(error)}`,
    { cause: error },
  );
}
