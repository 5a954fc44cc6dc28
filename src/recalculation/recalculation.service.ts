import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { Sequelize } from 'sequelize';
import { DomainError, InvalidInputError } from '../common/domain-error.js';
import { Tracer } from '../common/spans.js';
import { toDomainError } from '../database/database-errors.js';
import { DedicatedConnections } from '../database/dedicated-connections.js';
import { RecordWriter } from '../database/record-writer.js';
import type { RecalculationCounts } from '../leads/scoring/recalculation-counter.js';
import {
  BulkScoringBusyError,
  RecalculationAbortedError,
  RecalculationExecution,
} from './recalculation-execution.js';
import type { RecalculationRequest, Recalculation, RecalculationTrigger } from './recalculation.js';
import { RECALCULATION_RECORD } from './recalculation-record.sql.js';
import { RecalculationRecordsService } from './recalculation-records.service.js';

/**
 * Recalculates the scores of many leads and keeps a record of each recalculation. Only one runs at a time
 * across all replicas.
 */
@Injectable()
export class RecalculationService {
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<unknown>>();

  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly connections: DedicatedConnections,
    private readonly runs: RecalculationRecordsService,
    private readonly tracer: Tracer,
  ) {}

  /**
   * Recalculates scores at one instant in one transaction. Leads that the database rejects are listed in the
   * record; the others are saved.
   * @returns the recalculation, which succeeded
   * @throws RECALCULATION_RUNNING, immediately, if another recalculation or an import is running, or if
   * another replica has begun this scheduled recalculation
   * @throws RECALCULATION_CANCELLED, RECALCULATION_FAILED if everything was rolled back
   */
  async recalculate(request: RecalculationRequest): Promise<Recalculation> {
    const facts = { 'recalculation.trigger': request.trigger };
    const running = this.tracer.run('recalculation', facts, () => this.runRecorded(request));
    this.running.add(running);
    try {
      return await running;
    } finally {
      this.running.delete(running);
    }
  }

  /**
   * Recalculates all or only stale scores on request.
   * @throws BAD_USER_INPUT; and the errors of `recalculate`
   */
  recalculateOnDemand(
    trigger: RecalculationTrigger,
    {
      onlyStale,
      maxAgeHours,
      verify,
    }: { readonly onlyStale: boolean; readonly maxAgeHours?: number | null; readonly verify?: boolean },
    watch: Pick<RecalculationRequest, 'signal' | 'onProgress'> = {},
  ): Promise<Recalculation> {
    if (!onlyStale && maxAgeHours != null) {
      throw new InvalidInputError('maxAgeHours requires onlyStale.');
    }
    if (onlyStale && verify === true)
      throw new InvalidInputError('verify cannot be combined with onlyStale.');
    return this.recalculate({
      trigger,
      isVerification: verify,
      onlyStale: onlyStale ? { maxAgeHours: maxAgeHours ?? null } : null,
      ...watch,
    });
  }

  /** Rolls back running recalculations, waits for that, and prevents new ones. */
  async stop(): Promise<void> {
    this.stopping.abort(new RecalculationAbortedError('The server was stopped.'));
    await Promise.allSettled(this.running);
  }

  private async runRecorded(request: RecalculationRequest): Promise<Recalculation> {
    const record = await this.openRecord();
    const signals = [record.cancelled, this.stopping.signal, ...(request.signal ? [request.signal] : [])];
    try {
      const execution = new RecalculationExecution(this.sequelize, record, request, AbortSignal.any(signals));
      return await this.runs.getById(await execution.run());
    } catch (error) {
      throw error instanceof BulkScoringBusyError ? await this.busy() : error;
    } finally {
      await record.close();
    }
  }

  private async openRecord(): Promise<RecordWriter<RecalculationCounts>> {
    try {
      return await RecordWriter.open(this.connections, RECALCULATION_RECORD);
    } catch (error) {
      throw toDomainError(error) ?? error;
    }
  }

  /** Returns an error with the id, start and progress of the running recalculation. */
  private async busy(): Promise<DomainError> {
    const run = await this.runs.findRunning();
    if (run === null) {
      return new DomainError(
        'RECALCULATION_RUNNING',
        'Another recalculation or import is in progress. Try again when it has ended.',
        { isExpected: true },
      );
    }
    const { id, startedAt, totalCount, calculatedCount, savedCount } = run;
    const since = startedAt.toISOString();
    return new DomainError(
      'RECALCULATION_RUNNING',
      `Recalculation ${id} has been running since ${since}: of ${totalCount} leads it has calculated ${calculatedCount} and written ${savedCount}.`,
      {
        isExpected: true,
        details: { recalculationId: String(id), startedAt: since, totalCount, calculatedCount, savedCount },
      },
    );
  }
}
