import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { Sequelize } from 'sequelize';
import { WorkRecords } from '../database/work-records.js';
import type { ScoreQualityReport } from '../score-quality/score-quality.js';
import { ScoreEvaluationEvents } from './score-evaluation-events.js';
import type { EvaluationOptions, ScoreEvaluation } from './score-evaluation.js';
import { READ_EVALUATION, READ_LATEST, READ_PAGE, REQUEST_CANCEL } from './score-evaluation-record.sql.js';

/** Reads the records of evaluations of all processes, and cancels running evaluations. */
@Injectable()
export class ScoreEvaluationRecordsService extends WorkRecords<ScoreEvaluation> {
  constructor(@InjectConnection() sequelize: Sequelize, events: ScoreEvaluationEvents) {
    super(sequelize, events, {
      name: 'Score evaluation',
      list: 'scoreEvaluations',
      readOne: READ_EVALUATION,
      readPage: READ_PAGE,
      requestCancel: REQUEST_CANCEL,
      notRunning: 'SCORE_EVALUATION_NOT_RUNNING',
      progressOf: ({ doneCount, totalCount }) => [doneCount, totalCount],
    });
  }

  /**
   * Returns the latest evaluation that succeeded, if any.
   * @param rulesId null: the rules in force
   */
  async findLatest(
    rulesId: number | null,
    { horizonDays, landmarkEvery }: EvaluationOptions,
  ): Promise<ScoreEvaluation | null> {
    const [latest] = await this.read(READ_LATEST, [rulesId, horizonDays, landmarkEvery]);
    return latest ?? null;
  }

  protected override async read(sql: string, bind: unknown[]): Promise<ScoreEvaluation[]> {
    const rows = await super.read(sql, bind);
    return rows.map((row) => (row.report === null ? row : { ...row, report: withDates(row.report) }));
  }
}

/** JSON has no dates. */
const withDates = (report: ScoreQualityReport): ScoreQualityReport => ({
  ...report,
  firstLandmark: dateOf(report.firstLandmark),
  lastLandmark: dateOf(report.lastLandmark),
});

const dateOf = (json: Date | string | null): Date | null => (json === null ? null : new Date(json));
