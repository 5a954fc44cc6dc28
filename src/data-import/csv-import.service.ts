import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { BaseError, Sequelize, type Transaction } from 'sequelize';
import { DomainError } from '../common/domain-error.js';
import { OperatorError } from '../common/operator-error.js';
import { rowErrorMessage, TransactionLostError } from '../database/database-errors.js';
import { stopOnAbort } from '../database/statement-canceller.js';
import { inSingleTransaction } from '../database/transactions.js';
import { ListSizes } from '../list-sizes/list-sizes.js';
import { lockBulkScoring } from '../leads/scoring/bulk-recalculation.js';
import { type CsvPaths, ImportFiles } from './import-files.js';
import { ImportInterruptedError, type ImportObserver, type ImportResult } from './import-report.js';
import { SummariesAfterChange } from '../summaries/summaries-after-change.js';
import { CsvImportRun } from './csv-import-run.js';
import { AFFECTED_LEADS } from './csv-import.sql.js';

/** Imports leads and interactions from CSV files of any size. */
@Injectable()
export class CsvImportService {
  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly summaries: SummariesAfterChange,
    private readonly listSizes: ListSizes,
  ) {}

  /**
   * Imports leads, then interactions, then scores all leads in these lines, in one transaction. Reports lines
   * that violate a rule, or that the database rejects, to the observer and skips them.
   * @throws OperatorError if a file or its header is invalid, or if the database failed. Nothing was imported,
   * unless the message mentions a connection that was lost during the commit.
   * @throws ImportInterruptedError if the signal aborted the import; nothing was imported
   */
  async import(paths: CsvPaths, observer: ImportObserver, signal: AbortSignal): Promise<ImportResult> {
    const files = await ImportFiles.open(paths);
    try {
      const result = await this.importFiles(files, observer, signal);
      await this.listSizes.leads.grow(result.leads.inserted);
      await this.listSizes.interactions.grow(result.interactions.inserted);
      return result;
    } finally {
      await files.close();
    }
  }

  private async importFiles(
    files: ImportFiles,
    observer: ImportObserver,
    signal: AbortSignal,
  ): Promise<ImportResult> {
    let isCommitting = false;
    try {
      return await inSingleTransaction(this.sequelize, async (transaction) => {
        const result = await this.importWithin(transaction, files, observer, signal);
        isCommitting = true;
        return result;
      });
    } catch (error) {
      throw importFailure(error, isCommitting, signal.aborted);
    }
  }

  private importWithin(
    transaction: Transaction,
    files: ImportFiles,
    observer: ImportObserver,
    signal: AbortSignal,
  ): Promise<ImportResult> {
    return stopOnAbort(transaction, signal, async () => {
      await lockBulkScoring(this.sequelize, transaction);
      const run = await CsvImportRun.begin(this.sequelize, transaction, files, observer, signal);
      const result = await run.importAll();
      await this.summaries.queueAll(AFFECTED_LEADS, transaction);
      return result;
    });
  }
}

/** Converts an error to one for the operator. Bugs keep their original error and stack. */
function importFailure(error: unknown, isCommitting: boolean, isAborted: boolean): unknown {
  const isLost =
    error instanceof TransactionLostError ||
    (error instanceof DomainError && error.code === 'SERVICE_UNAVAILABLE');
  if (isCommitting && isLost) {
    return new OperatorError(
      'The connection to the database was lost while the import was being committed, so either everything was imported or nothing: check before you import again.',
      { cause: error },
    );
  }
  if (isAborted && !isCommitting) {
    return new ImportInterruptedError('The import was interrupted and rolled back.', { cause: error });
  }
  const reason = isLost ? 'The connection to the database was lost.' : databaseReason(error);
  if (reason === null) return error;
  return new OperatorError(`${reason} The import was rolled back: nothing was imported.`, { cause: error });
}

function databaseReason(error: unknown): string | null {
  if (error instanceof DomainError) return error.message;
  return error instanceof BaseError ? rowErrorMessage(error) : null;
}
