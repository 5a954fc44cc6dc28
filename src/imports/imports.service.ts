import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { Sequelize, type Transaction } from 'sequelize';
import { DomainError } from '../common/domain-error.js';
import { toDomainError } from '../database/database-errors.js';
import { DedicatedConnections } from '../database/dedicated-connections.js';
import { RecordWriter } from '../database/record-writer.js';
import { stopOnAbort } from '../database/statement-canceller.js';
import { inSingleTransaction } from '../database/transactions.js';
import { ListSizes } from '../list-sizes/list-sizes.js';
import { SummariesAfterChange } from '../summaries/summaries-after-change.js';
import { AFFECTED_LEADS } from './affected-leads.js';
import { importUndone } from './errors-and-events.js';
import { cancelledImport, failedImport, ImportExecution } from './import-execution.js';
import { ImportFiles } from './import-files.js';
import type { ImportOptions, ImportSources } from './import-options.js';
import type { ImportRecord, ImportTrigger, UndoReport } from './import-record.js';
import { IMPORT_RECORD } from './import-record.sql.js';
import { ImportRecordsService } from './import-records.service.js';
import type { ImportedFile, ImportProgress, ImportReport } from './import-report.js';
import { ImportRun } from './import-run.js';
import { undoImport } from './import-undo.js';
import { writeRejected } from './rejected-file.js';
import { saveMapping } from './save-mapping.js';

export interface ImportRequest {
  readonly sources: ImportSources;
  readonly options: ImportOptions;
  readonly trigger: ImportTrigger;
  /** The key of the caller of the API, or the user of the operating system. */
  readonly caller: string;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Called with the id of the import as soon as its record is visible. */
  readonly onStarted?: (id: number) => void;
  /** Paths of the files to write rejected lines to. */
  readonly rejectedTo?: Readonly<Partial<Record<ImportedFile, string>>>;
  /** The path of a mapping file to write, with all that was decided. */
  readonly mappingTo?: string;
  /** Aborts and rolls back the import. */
  readonly signal?: AbortSignal;
}

/** Thrown to roll back a dry run. */
class DryRunEnded extends Error {
  override readonly name = 'DryRunEnded';

  constructor(readonly report: ImportReport) {
    super('The dry run has ended.');
  }
}

/** Imports leads, interactions and changes of leads from CSV files of any size, and undoes imports. */
@Injectable()
export class ImportsService {
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<unknown>>();

  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly connections: DedicatedConnections,
    private readonly records: ImportRecordsService,
    private readonly summaries: SummariesAfterChange,
    private readonly listSizes: ListSizes,
  ) {}

  /**
   * Imports leads, then interactions, then changes of leads, and scores the leads that changed, in one transaction. Lines that violate a rule, or that
   * the database rejects, are reported and skipped.
   * @returns the record of the import, which succeeded
   * @throws IMPORT_FILE_INVALID if a file cannot be imported as a whole; IMPORT_FAILED or IMPORT_CANCELLED if everything was
   * rolled back
   */
  import(request: ImportRequest): Promise<ImportRecord> {
    return this.whileRunning(() => this.withFiles(request, (files) => this.importFiles(request, files)));
  }

  /**
   * Reports exactly what an import would do, and writes nothing. Takes no lock that other writers wait for.
   * @throws IMPORT_FILE_INVALID; IMPORT_FAILED; IMPORT_CANCELLED
   */
  dryRun(request: ImportRequest): Promise<ImportReport> {
    return this.whileRunning(() => this.withFiles(request, (files) => this.planFiles(request, files)));
  }

  /**
   * Undoes an import: removes what it inserted, restores what it changed, and scores the leads, in one transaction. Rows that have
   * changed since are left alone and named.
   * @throws NOT_FOUND; IMPORT_NOT_UNDOABLE if the import did not succeed, or was undone before
   */
  undo(id: number, caller: string, signal = new AbortController().signal): Promise<UndoReport> {
    return this.whileRunning(async () => {
      const signals = AbortSignal.any([signal, this.stopping.signal]);
      try {
        const report = await inSingleTransaction(this.sequelize, (transaction) =>
          stopOnAbort(transaction, signals, async () => {
            const undone = await undoImport(this.sequelize, transaction, id, caller, signals);
            await this.summaries.queueAll(AFFECTED_LEADS, transaction);
            return undone;
          }),
        );
        const { removedLeads, removedInteractions, restoredLeads, restoredInteractions } = report;
        const { removedChanges, keptCount } = report;
        const undoneCount =
          removedLeads + removedInteractions + restoredLeads + restoredInteractions + removedChanges;
        importUndone.publish({ importId: id, undoneCount, keptCount });
        return report;
      } catch (error) {
        if (!signals.aborted) throw toDomainError(error) ?? error;
        throw new DomainError(
          'IMPORT_CANCELLED',
          'The undo was interrupted and rolled back: nothing was changed.',
          {
            cause: error,
            isExpected: true,
          },
        );
      }
    });
  }

  /** Rolls back running imports, waits for that, and prevents new ones. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.allSettled(this.running);
  }

  private async whileRunning<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.stopping.signal.aborted) throw cancelledImport(this.stopping.signal.reason);
    const running = work();
    this.running.add(running);
    try {
      return await running;
    } finally {
      this.running.delete(running);
    }
  }

  private async withFiles<Result>(
    { sources, options }: ImportRequest,
    work: (files: ImportFiles) => Promise<Result>,
  ): Promise<Result> {
    const files = await ImportFiles.open(sources, options);
    try {
      return await work(files);
    } finally {
      await files.close();
    }
  }

  private async importFiles(request: ImportRequest, files: ImportFiles): Promise<ImportRecord> {
    const { options, trigger, caller } = request;
    const record = await this.openRecord();
    try {
      const execution = new ImportExecution(this.sequelize, record, this.summaries, {
        files,
        trigger,
        caller,
        options: { ...options },
        allowDuplicates: options.allowDuplicates,
        onProgress: request.onProgress ?? (() => undefined),
        onStarted: request.onStarted ?? (() => undefined),
        onReport: (transaction) => this.writeFiles(request, transaction, files),
        signal: this.signalOf(request, record.cancelled),
      });
      const imported = await this.records.getById(await execution.run());
      await this.listSizes.leads.grow(imported.report?.leads?.inserted ?? 0);
      await this.listSizes.interactions.grow(imported.report?.interactions?.inserted ?? 0);
      return imported;
    } finally {
      await record.close();
    }
  }

  private async planFiles(request: ImportRequest, files: ImportFiles): Promise<ImportReport> {
    const { options, onProgress = () => undefined } = request;
    const signal = this.signalOf(request);
    const plan = (transaction: Transaction) =>
      stopOnAbort(transaction, signal, async () => {
        const report = await new ImportRun(this.sequelize, transaction, files, {
          importId: null,
          allowDuplicates: options.allowDuplicates,
          onProgress,
          signal,
        }).run();
        await this.writeFiles(request, transaction, files);
        throw new DryRunEnded(report);
      });
    try {
      return await inSingleTransaction(this.sequelize, plan);
    } catch (error) {
      if (error instanceof DryRunEnded) return error.report;
      throw signal.aborted ? cancelledImport(error) : failedImport(error);
    }
  }

  private async writeFiles(
    { rejectedTo = {}, mappingTo }: ImportRequest,
    transaction: Transaction,
    files: ImportFiles,
  ): Promise<void> {
    await writeRejected(this.sequelize, transaction, files, rejectedTo);
    if (mappingTo !== undefined) await saveMapping(files, mappingTo);
  }

  private signalOf({ signal }: ImportRequest, ...more: AbortSignal[]): AbortSignal {
    return AbortSignal.any([this.stopping.signal, ...(signal === undefined ? [] : [signal]), ...more]);
  }

  private async openRecord(): Promise<RecordWriter<ImportProgress>> {
    try {
      return await RecordWriter.open(this.connections, IMPORT_RECORD);
    } catch (error) {
      throw toDomainError(error) ?? error;
    }
  }
}
