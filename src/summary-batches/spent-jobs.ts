import { Injectable, Logger } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { QueryTypes, Sequelize } from 'sequelize';
import { QUEUE_SCHEMA } from '../database/job-queue.js';
import { MAX_ATTEMPTS, SUMMARY_TASK, UNEXPECTED } from '../summaries/summary-jobs.js';
import { SummaryBatchItems } from './summary-batch-items.js';

interface SpentJob {
  readonly id: string;
  /** `batch:ID:LEAD` or `lead:LEAD`; null: a newer job has replaced it. */
  readonly key: string | null;
}

/** Jobs of an earlier version may have a higher maximum. They are limited to the current one. */
const FIND_SPENT_JOBS = `
  SELECT id, key FROM ${QUEUE_SCHEMA}.jobs
  WHERE task_identifier = '${SUMMARY_TASK}' AND locked_at IS NULL AND attempts >= least(max_attempts, ${MAX_ATTEMPTS})
  ORDER BY id LIMIT 100`;

/** $1: the id of a job. */
const REMOVE_JOB = `SELECT count(*) FROM ${QUEUE_SCHEMA}.complete_jobs(ARRAY[$1::bigint])`;

const REASON = `Writing the summary ended unexpectedly ${MAX_ATTEMPTS} times; the log of the server has the errors.`;

/** Ends jobs that have used all their attempts, whether they threw or their process died. */
@Injectable()
export class SpentJobs {
  private readonly logger = new Logger(SpentJobs.name);

  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly items: SummaryBatchItems,
  ) {}

  /**
   * Records the failure, then removes the job. The order makes it idempotent: after an interruption,
   * repeating it has the same result.
   */
  async end(): Promise<void> {
    const jobs = await this.sequelize.query<SpentJob>(FIND_SPENT_JOBS, { type: QueryTypes.SELECT });
    for (const { id, key } of jobs) {
      if (key !== null) await this.record(key);
      await this.sequelize.query(REMOVE_JOB, { bind: [id] });
    }
  }

  private async record(key: string): Promise<void> {
    const [kind, ...ids] = key.split(':');
    const [first = 0, second = 0] = ids.map(Number);
    if (kind === 'batch') {
      await this.items.fail(first, { leadId: second, code: UNEXPECTED, reason: REASON });
    } else {
      this.logger.warn(`The summary of lead ${first} was not renewed after a change: ${UNEXPECTED}`);
    }
  }
}
