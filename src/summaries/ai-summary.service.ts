import { Injectable } from '@nestjs/common';
import { InjectConnection, InjectModel } from '@nestjs/sequelize';
import { Sequelize, type Transaction } from 'sequelize';
import { DomainError, NotFoundError } from '../common/domain-error.js';
import { allowRequest } from '../common/request-time.js';
import { SingleFlight } from '../common/single-flight.js';
import { inTransaction } from '../database/transactions.js';
import { Lead } from '../leads/lead.model.js';
import { scoreLead } from '../leads/scoring/lead-scores.js';
import { CallMeter } from './call-meter.js';
import { isProviderErrorCode, SummaryProviderError } from './provider-error.js';
import type { SummaryFacts } from './summary-facts.js';
import { SummaryLeases } from './summary-lease.js';
import { type Generation, SummaryStore } from './summary-store.js';
import { WRITTEN } from './summary-store.sql.js';
import { UNEXPECTED } from './summary-jobs.js';
import { SummaryWriter, type WrittenSummary } from './summary-writer.js';

export interface SummaryRequest {
  /** Whether to write the summary even if the facts have not changed. */
  readonly isForced: boolean;
  /** Aborted when the caller disconnects. */
  readonly signal: AbortSignal;
  /** The batch that the costs are charged to. */
  readonly account?: SummaryAccount;
}

/** A batch of summaries, which the costs are charged to. */
export interface SummaryAccount {
  readonly batchId: number;
  /** Called with the costs, within the transaction that stores the result. */
  onSpent(transaction: Transaction, meter: CallMeter, isWritten: boolean): Promise<void>;
}

/** `unchanged`: the lead already has a summary of the same facts. */
export type SummaryOutcome = 'written' | 'unchanged';

/** Recalculates the score of a lead and generates its summary. */
@Injectable()
export class AISummaryService {
  private readonly inFlight = new SingleFlight<number, SummaryOutcome>();

  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    @InjectModel(Lead) private readonly leads: typeof Lead,
    private readonly store: SummaryStore,
    private readonly leases: SummaryLeases,
    private readonly writer: SummaryWriter,
  ) {}

  /**
   * Three steps: commit the new score; generate the summary without a transaction or connection; save the
   * summary. If the second step fails, the new score and the old summary remain.
   * @throws NOT_FOUND; a code that begins with SUMMARY_ if the summary could not be written
   */
  async regenerate(leadId: number, request: SummaryRequest): Promise<Lead> {
    allowRequest(this.writer.timeLimitMs);
    await this.calculateActivityScore(leadId);
    await this.summarize(leadId, request);
    // The lead may have been deleted in the meantime.
    const lead = await this.leads.findByPk(leadId);
    if (lead === null) throw new NotFoundError('Lead', leadId);
    return lead;
  }

  /**
   * Generates the summary of a lead, unless there is one of the same facts. Concurrent requests for a lead,
   * in any process, cause one call of the writer and share its result.
   * @throws the same errors as `regenerate`
   */
  summarize(leadId: number, request: SummaryRequest): Promise<SummaryOutcome> {
    return this.inFlight.run(leadId, request.signal, async (signal) => {
      const before = await this.store.latestGeneration(leadId);
      return this.leases.hold(leadId, signal, async () => {
        const facts = await this.store.readFacts(leadId);
        const outcome = await this.outcomeOfOtherProcess(facts, before?.id);
        if (outcome !== null) return outcome;
        if (
          !request.isForced &&
          this.writer.isPaid &&
          (await this.store.hasSame(facts, this.writer.version))
        ) {
          return 'unchanged';
        }
        return this.write(facts, { ...request, signal });
      });
    });
  }

  /**
   * Returns the result of another process for the same facts, if it finished while this one waited; otherwise
   * null.
   */
  private async outcomeOfOtherProcess(
    facts: SummaryFacts,
    latestIdBefore: string | undefined,
  ): Promise<SummaryOutcome | null> {
    const latest = await this.store.latestGeneration(facts.leadId);
    const isOfOthers =
      latest !== null &&
      latest.id !== latestIdBefore &&
      latest.inputHash === facts.hash &&
      latest.writerVersion === this.writer.version;
    if (!isOfOthers) return null;
    if (latest.outcome === WRITTEN) return 'unchanged';
    if (!isProviderErrorCode(latest.outcome)) return null;
    throw new SummaryProviderError(latest.outcome, { detail: 'reported by another process' });
  }

  private async write(facts: SummaryFacts, { signal, account }: SummaryRequest): Promise<SummaryOutcome> {
    const meter = new CallMeter();
    const generation = { facts, writer: this.writer, meter, batchId: account?.batchId ?? null };
    let summary: WrittenSummary;
    try {
      summary = await this.writer.write(facts, { meter, signal });
    } catch (error) {
      if (error instanceof DomainError) await this.keepFailure(generation, error.code, account);
      throw error;
    }
    if (!(await this.save(generation, summary, account))) throw new NotFoundError('Lead', facts.leadId);
    return 'written';
  }

  /** @returns false if the lead has been deleted */
  private async save(
    generation: Generation,
    summary: WrittenSummary,
    account: SummaryAccount | undefined,
  ): Promise<boolean> {
    try {
      return await inTransaction(this.sequelize, async (transaction) => {
        const isThere = await this.store.save(generation, summary, transaction);
        await account?.onSpent(transaction, generation.meter, isThere);
        return isThere;
      });
    } catch (error) {
      // The database rejected the summary, which is billed nevertheless. The first error is the one to
      // report.
      if (!(error instanceof DomainError)) {
        await this.keepFailure(generation, UNEXPECTED, account).catch(() => undefined);
      }
      throw error;
    }
  }

  /** A failed call may be billed, so it is recorded. A call that was never sent is not. */
  private async keepFailure(
    generation: Generation,
    code: string,
    account: SummaryAccount | undefined,
  ): Promise<void> {
    if (generation.meter.requestCount === 0) return;
    await inTransaction(this.sequelize, async (transaction) => {
      await this.store.addGeneration(generation, code, transaction);
      await account?.onSpent(transaction, generation.meter, false);
    });
  }

  /** Calculates the activity score of a lead as of now and saves it. @throws NOT_FOUND */
  private async calculateActivityScore(leadId: number): Promise<void> {
    const isFound = await inTransaction(this.sequelize, (transaction) =>
      scoreLead(this.sequelize, transaction, leadId),
    );
    if (!isFound) throw new NotFoundError('Lead', leadId);
  }
}
