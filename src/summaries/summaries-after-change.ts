import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { QueryTypes, Sequelize, type Transaction } from 'sequelize';
import { SummarySettings } from '../config/summary-settings.js';
import { QUEUE_SCHEMA } from '../database/job-queue.js';
import { MAX_ATTEMPTS, PRIORITIES, SUMMARY_TASK } from './summary-jobs.js';

/** $1: the id of a lead, $2: the number of the attempt, $3: the delay in milliseconds. */
const QUEUE_ANOTHER_TRY = `
  SELECT count(*) FROM ${QUEUE_SCHEMA}.add_jobs(ARRAY[(
    '${SUMMARY_TASK}', json_build_object('leadId', $1::int, 'batchId', NULL, 'tryCount', $2::int), NULL,
    now() + $3 * interval '1 millisecond', ${MAX_ATTEMPTS}, 'lead:' || $1::int, ${PRIORITIES.change}, NULL
  )::${QUEUE_SCHEMA}.job_spec], true)`;

/**
 * $1: the delay in seconds. A queued job of a lead keeps its time. Many changes therefore cause one summary,
 * and continuous changes do not delay it forever.
 * @param leadIds SQL that returns ids in a column `id`
 */
const queueFor = (leadIds: string): string => `
  SELECT count(*)::int AS count, max((payload->>'leadId')::int) AS "lastId" FROM ${QUEUE_SCHEMA}.add_jobs(
    ARRAY(
      SELECT (
        '${SUMMARY_TASK}', json_build_object('leadId', id, 'batchId', NULL), NULL, now() + $1 * interval '1 second',
        ${MAX_ATTEMPTS}, 'lead:' || id, ${PRIORITIES.change}, NULL
      )::${QUEUE_SCHEMA}.job_spec
      FROM ${leadIds}
    ),
    true
  )`;

/** The maximum number of jobs in one statement. */
const QUEUE_AT_ONCE = 10_000;
const BEFORE_ALL_IDS = -2_147_483_648;

/** Queues new summaries after leads have changed, if the settings enable that. */
@Injectable()
export class SummariesAfterChange {
  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly settings: SummarySettings,
  ) {}

  /** Runs within the transaction that changes the lead, so that a rollback also removes the job. */
  async queue(leadId: number, transaction: Transaction): Promise<void> {
    if (this.settings.refreshDelaySeconds === null) return;
    await this.add('unnest(ARRAY[$2::int]) AS changed (id)', [leadId], transaction);
  }

  /**
   * Queues all leads of a table, within the transaction that changes them.
   * @param table a table with the ids in a column `id`
   */
  async queueAll(table: string, transaction: Transaction): Promise<void> {
    if (this.settings.refreshDelaySeconds === null) return;
    const page = `(SELECT id FROM ${table} WHERE id > $2 ORDER BY id LIMIT ${QUEUE_AT_ONCE}) AS changed`;
    let lastId: number | null = BEFORE_ALL_IDS;
    while (lastId !== null) lastId = await this.add(page, [lastId], transaction);
  }

  async retry(leadId: number, tryCount: number, inMs: number): Promise<void> {
    await this.sequelize.query(QUEUE_ANOTHER_TRY, { bind: [leadId, tryCount, Math.round(inMs)] });
  }

  /** @returns the highest id; null if there was none */
  private async add(leadIds: string, bind: unknown[], transaction: Transaction): Promise<number | null> {
    const [added] = await this.sequelize.query<{ lastId: number | null }>(queueFor(leadIds), {
      type: QueryTypes.SELECT,
      transaction,
      bind: [this.settings.refreshDelaySeconds, ...bind],
    });
    return added?.lastId ?? null;
  }
}
