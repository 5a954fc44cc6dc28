import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { DomainError } from '../common/domain-error.js';
import { Tracer } from '../common/spans.js';
import { toDomainError } from '../database/database-errors.js';
import { AISummaryService } from '../summaries/ai-summary.service.js';
import { SummaryProviderError } from '../summaries/provider-error.js';
import { SummariesAfterChange } from '../summaries/summaries-after-change.js';
import type { SummaryJob } from '../summaries/summary-jobs.js';
import { SummaryWriter } from '../summaries/summary-writer.js';
import { jobEnded } from './errors-and-events.js';
import { SummaryBatchItems } from './summary-batch-items.js';

/** The maximum number of attempts for the summary of a lead, each with the retries of a call. */
const MAX_TRIES = 6;
/** The delay after the first failed attempt; it doubles with each further one. */
const FIRST_DELAY_MS = 5_000;
/** The delay while other summaries of the batch may use up its budget. */
const BUDGET_DELAY_MS = 1_000;
/** The interval at which a wait for the provider is checked. */
const POLL_MS = 2_000;

/**
 * Handles one job of the queue. A failed summary is a result, not an error: only unexpected errors are
 * thrown.
 */
@Injectable()
export class SummaryJobHandler {
  private readonly logger = new Logger(SummaryJobHandler.name);

  constructor(
    private readonly summaries: AISummaryService,
    private readonly writer: SummaryWriter,
    private readonly items: SummaryBatchItems,
    private readonly afterChange: SummariesAfterChange,
    private readonly tracer: Tracer,
  ) {}

  /** @param signal aborted when the process stops */
  async handle(job: SummaryJob, signal: AbortSignal): Promise<void> {
    if (!(await this.waitForProvider(job, signal))) return this.requeue(job);
    const { leadId, batchId } = job;
    const begunAt = performance.now();
    const ended = () => ({ leadId, batchId, durationMs: Math.round(performance.now() - begunAt) });
    try {
      await this.tracer.run('job', {}, () => this.write(job, signal));
      jobEnded.publish(ended());
    } catch (error) {
      // A job that is requeued because the process stops has not failed.
      if (!signal.aborted) jobEnded.publish({ ...ended(), error });
      throw error;
    }
  }

  private async write({ leadId, batchId, tryCount = 0 }: SummaryJob, signal: AbortSignal): Promise<void> {
    if (batchId === null) await this.writeAfterChange(leadId, tryCount, signal);
    else await this.writeForBatch(batchId, leadId, signal);
  }

  /**
   * Makes the worker wait, instead of delaying each of ten thousand jobs. @returns false if the process stops
   */
  private async waitForProvider({ batchId }: SummaryJob, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      if (signal.aborted) return false;
      const pausedForMs = await this.notePause(batchId);
      if (pausedForMs === 0) return true;
      await sleep(Math.min(pausedForMs, POLL_MS), undefined, { signal }).catch(() => undefined);
    }
  }

  /** Records on the batch that workers wait. @returns the pause in milliseconds; 0: no pause */
  private async notePause(batchId: number | null): Promise<number> {
    const { pausedForMs } = this.writer.health();
    if (pausedForMs > 0 && batchId !== null) await this.items.notePause(batchId, pausedForMs);
    return pausedForMs;
  }

  /** Requeues the job for another process or the next start. An interrupted job has not failed. */
  private requeue({ leadId, batchId, tryCount = 0 }: SummaryJob): Promise<void> {
    return batchId === null
      ? this.afterChange.retry(leadId, tryCount, 0)
      : this.items.requeue(batchId, leadId, 0, false);
  }

  private async writeForBatch(batchId: number, leadId: number, signal: AbortSignal): Promise<void> {
    const begun = await this.items.begin(batchId, leadId);
    if (begun === 'wait') {
      await this.items.requeue(batchId, leadId, BUDGET_DELAY_MS, false);
      return;
    }
    if (begun === 'over') return;
    try {
      const account = this.items.accountOf(batchId, leadId);
      const outcome = await this.summaries.summarize(leadId, { isForced: begun.isForced, signal, account });
      await this.items.end(batchId, leadId, outcome);
    } catch (error) {
      await this.settle(batchId, leadId, begun.tryCount, error, signal);
    }
  }

  private async settle(
    batchId: number,
    leadId: number,
    tryCount: number,
    error: unknown,
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted) return this.requeue({ leadId, batchId });
    const reason = toDomainError(error);
    if (reason === null) throw error;
    const { code, message } = reason;
    if (code === 'NOT_FOUND') return this.items.end(batchId, leadId, 'skipped');
    const failure = { leadId, code, reason: message };
    if (concernsEveryLead(reason)) return this.items.failBatch(batchId, failure);
    if (!isWorthAnotherTry(reason)) return this.items.fail(batchId, failure);
    const wasNotSent = reason instanceof SummaryProviderError && reason.wasNotSent;
    if (!wasNotSent && tryCount >= MAX_TRIES) return this.items.fail(batchId, failure);
    await this.items.requeue(batchId, leadId, delayMs(tryCount), !wasNotSent);
    await this.notePause(batchId);
  }

  private async writeAfterChange(leadId: number, tryCount: number, signal: AbortSignal): Promise<void> {
    try {
      await this.summaries.summarize(leadId, { isForced: false, signal });
    } catch (cause) {
      if (signal.aborted) return this.requeue({ leadId, batchId: null, tryCount });
      const error = toDomainError(cause);
      if (error === null) throw cause;
      if (isWorthAnotherTry(error) && tryCount < MAX_TRIES) {
        await this.afterChange.retry(leadId, tryCount + 1, delayMs(tryCount + 1));
        return;
      }
      if (['NOT_FOUND', 'SUMMARY_INSUFFICIENT_DATA', 'SUMMARY_DISABLED'].includes(error.code)) return;
      this.logger.warn(`The summary of lead ${leadId} was not renewed after a change: ${error.code}`);
    }
  }
}

/** Adds jitter of up to half the delay, so that jobs that failed together are not retried together. */
function delayMs(tryCount: number): number {
  const longest = FIRST_DELAY_MS * 2 ** Math.max(0, tryCount - 1);
  return longest * (0.5 + Math.random() / 2);
}

function isWorthAnotherTry(error: DomainError): boolean {
  if (error instanceof SummaryProviderError) {
    return error.isRetryable && error.code !== 'SUMMARY_INVALID_OUTPUT';
  }
  return error.code === 'SERVICE_UNAVAILABLE';
}

/** A rejected key, an account without credit, a model that does not exist. */
function concernsEveryLead(error: DomainError): boolean {
  if (!(error instanceof SummaryProviderError)) return error.code === 'SUMMARY_DISABLED';
  if (error.code === 'SUMMARY_PROVIDER_AUTH_FAILED') return true;
  if (error.code === 'SUMMARY_PROVIDER_PAYMENT_REQUIRED') return !error.isRetryable;
  return error.isRequestRejected && error.status === 404;
}
