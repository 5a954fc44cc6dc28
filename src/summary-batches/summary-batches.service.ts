import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { QueryTypes, Sequelize, type Transaction } from 'sequelize';
import { DomainError, NotFoundError } from '../common/domain-error.js';
import { SharedReads } from '../database/shared-reads.js';
import { inTransaction } from '../database/transactions.js';
import { watchRecord } from '../database/watch-record.js';
import { SummaryWriter } from '../summaries/summary-writer.js';
import { batchChanged } from './errors-and-events.js';
import { SummaryBatchEvents } from './summary-batch-events.js';
import type { SummaryBatch, SummaryBatchRequest, SummaryFailure } from './summary-batch.js';
import {
  ADD_ITEMS,
  COUNT_ITEMS,
  CREATE_BATCH,
  QUEUE_ITEMS,
  READ_BATCH,
  READ_FAILURES,
  SKIP_QUEUED_ITEMS,
  STOP_BATCH,
  TELL_CHANGED,
} from './summary-batch.sql.js';

/** The maximum number of failures that are listed; all are counted. */
export const MAX_NAMED_SUMMARY_FAILURES = 100;

/** The maximum number of jobs in one statement. */
const QUEUE_AT_ONCE = 10_000;

/** Starts and observes batches of summaries, which the workers of any process write. */
@Injectable()
export class SummaryBatchesService {
  /** Reads that subscriptions share, by id. */
  private readonly reads = new SharedReads<number, SummaryBatch | null>();
  private readonly failures = new WeakMap<object, Promise<SummaryFailure[]>>();

  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly events: SummaryBatchEvents,
    private readonly writer: SummaryWriter,
  ) {}

  /**
   * Queues the leads that need a summary in one transaction, the highest scores first.
   * @throws SUMMARY_DISABLED
   */
  async start(request: SummaryBatchRequest): Promise<SummaryBatch> {
    const { version } = this.writer;
    if (version === null) {
      throw new DomainError('SUMMARY_DISABLED', 'Summaries are switched off on this server.');
    }
    const { trigger, onlyStale, includeClosed, limit, maxCostUsd } = request;
    const batch = await inTransaction(this.sequelize, async (transaction) => {
      const run = <Row extends object>(sql: string, bind: unknown[]) =>
        this.sequelize.query<Row>(sql, { type: QueryTypes.SELECT, transaction, bind });
      const [created] = await run<{ id: number }>(CREATE_BATCH, [
        trigger,
        onlyStale,
        limit,
        maxCostUsd,
        version,
        includeClosed,
      ]);
      const id = created?.id ?? 0;
      await this.sequelize.query(ADD_ITEMS, {
        transaction,
        bind: [id, onlyStale, limit, version, includeClosed],
      });
      const [counted] = await run<{ totalCount: number }>(COUNT_ITEMS, [id]);
      for (let first = 1; first <= (counted?.totalCount ?? 0); first += QUEUE_AT_ONCE) {
        await run(QUEUE_ITEMS, [id, first, first + QUEUE_AT_ONCE - 1]);
      }
      return this.getById(id, transaction);
    });
    batchChanged.publish({ batchId: batch.id, status: batch.status });
    return batch;
  }

  async findById(id: number, transaction?: Transaction): Promise<SummaryBatch | null> {
    const [batch] = await this.sequelize.query<SummaryBatch>(READ_BATCH, {
      type: QueryTypes.SELECT,
      transaction,
      bind: [id],
    });
    return batch ?? null;
  }

  /** @throws NOT_FOUND */
  async getById(id: number, transaction?: Transaction): Promise<SummaryBatch> {
    return found(id, await this.findById(id, transaction));
  }

  /** Returns the first failed leads with reasons. They are read once for each batch object. */
  findFailures(batch: { readonly id: number }): Promise<SummaryFailure[]> {
    const known = this.failures.get(batch);
    if (known !== undefined) return known;
    const failures = this.sequelize.query<SummaryFailure>(READ_FAILURES, {
      type: QueryTypes.SELECT,
      bind: [batch.id, MAX_NAMED_SUMMARY_FAILURES],
    });
    this.failures.set(batch, failures);
    return failures;
  }

  /**
   * Cancels a batch. Summaries in progress are billed, so they are completed and saved.
   * @throws NOT_FOUND; SUMMARY_BATCH_NOT_RUNNING if it has already ended
   */
  async cancel(id: number): Promise<SummaryBatch> {
    const isStopped = await inTransaction(this.sequelize, (transaction) =>
      this.stop(id, 'cancelled', null, transaction),
    );
    const batch = await this.getById(id);
    if (isStopped) return batch;
    throw new DomainError(
      'SUMMARY_BATCH_NOT_RUNNING',
      `Summary batch ${id} is not running: it has ended as ${batch.status.replace('_', ' ')}.`,
      { isExpected: true },
    );
  }

  /** @returns false if it was not running */
  async stop(
    id: number,
    status: 'cancelled' | 'failed' | 'budget_spent',
    error: string | null,
    transaction: Transaction,
  ): Promise<boolean> {
    const [stopped] = await this.sequelize.query(STOP_BATCH, { transaction, bind: [id, status, error] });
    if (stopped.length === 0) return false;
    await this.sequelize.query(SKIP_QUEUED_ITEMS, { transaction, bind: [id] });
    await this.tellChanged(id, transaction);
    transaction.afterCommit(() => {
      batchChanged.publish({ batchId: id, status });
    });
    return true;
  }

  /** Notifies subscriptions once the transaction has committed. */
  async tellChanged(id: number, transaction: Transaction): Promise<void> {
    await this.sequelize.query(TELL_CHANGED, { transaction, bind: [id] });
  }

  /** Returns a batch now and after each change, until it has ended. @throws NOT_FOUND */
  watch(id: number): Promise<AsyncGenerator<SummaryBatch, void, undefined>> {
    const find = () => this.reads.read(id, () => this.findById(id));
    return watchRecord({
      id,
      changes: this.events.changes(),
      first: async () => found(id, await find()),
      find,
      isOver: ({ status }) => status !== 'running',
      isSame: (batch, other) => JSON.stringify(batch) === JSON.stringify(other),
    });
  }
}

function found(id: number, batch: SummaryBatch | null): SummaryBatch {
  if (batch === null) throw new NotFoundError('Summary batch', id);
  return batch;
}
