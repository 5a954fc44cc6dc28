import os from 'node:os';
import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { QueryTypes, Sequelize } from 'sequelize';
import { DomainError, InvalidInputError, NotFoundError } from '../common/domain-error.js';
import { failureReason, toDomainError } from '../database/database-errors.js';
import { DedicatedConnections } from '../database/dedicated-connections.js';
import { RecordWriter } from '../database/record-writer.js';
import { inTransaction } from '../database/transactions.js';
import { type EvaluationControl, ScoreQualityService } from '../score-quality/score-quality.service.js';
import type { ScoreQualityReport } from '../score-quality/score-quality.js';
import type { RulesRecord } from '../scoring-rules/rules-record.js';
import { ScoringRulesService } from '../scoring-rules/scoring-rules.service.js';
import { scoreEvaluationEnded } from './errors-and-events.js';
import type { EvaluationOptions, EvaluationProgress, ScoreEvaluation } from './score-evaluation.js';
import {
  BEGIN_EVALUATION,
  EVALUATION_RECORD,
  lockEvaluation,
  NEXT_ID,
  SAVE_SUCCESS,
} from './score-evaluation-record.sql.js';
import { ScoreEvaluationRecordsService } from './score-evaluation-records.service.js';
import { WinRatesService } from './win-rates.service.js';

export interface EvaluationRequest extends EvaluationOptions {
  /** Null: the rules in force. */
  readonly rulesId: number | null;
  /** The key of the caller of the API, or the user of the operating system. */
  readonly startedBy: string;
}

/** Evaluates scoring rules on past outcomes, and keeps a record of each evaluation. Evaluations may run side by side. */
@Injectable()
export class ScoreEvaluationsService {
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<unknown>>();

  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly connections: DedicatedConnections,
    private readonly rules: ScoringRulesService,
    private readonly quality: ScoreQualityService,
    private readonly records: ScoreEvaluationRecordsService,
    private readonly winRates: WinRatesService,
  ) {}

  /**
   * Evaluates a draft or a published version on all leads. `Lead.winRate` comes from the latest evaluation of the rules in force.
   * @returns the record of the evaluation, which succeeded
   * @throws NOT_FOUND; BAD_USER_INPUT; SCORE_EVALUATION_CANCELLED; SCORE_EVALUATION_FAILED
   */
  async evaluate(request: EvaluationRequest, control: EvaluationControl = {}): Promise<ScoreEvaluation> {
    checkOptions(request);
    const running = this.run(request, control);
    this.running.add(running);
    try {
      return await running;
    } finally {
      this.running.delete(running);
    }
  }

  /**
   * Returns the latest evaluation that succeeded; null: the rules were never evaluated with these options.
   * @param rulesId null: the rules in force
   * @throws BAD_USER_INPUT
   */
  async findLatest(rulesId: number | null, options: EvaluationOptions): Promise<ScoreEvaluation | null> {
    checkOptions(options);
    return this.records.findLatest(rulesId, options);
  }

  /** Cancels running evaluations, waits for that, and prevents new ones. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.allSettled(this.running);
  }

  private async run(request: EvaluationRequest, control: EvaluationControl): Promise<ScoreEvaluation> {
    const { rulesId } = request;
    const rules = rulesId === null ? await this.rules.current() : await this.rules.getById(rulesId);
    const record = await this.openRecord();
    try {
      return await this.runRecorded(record, rules, request, control);
    } finally {
      await record.close();
    }
  }

  private async runRecorded(
    record: RecordWriter<EvaluationProgress>,
    rules: RulesRecord,
    request: EvaluationRequest,
    { signal, onProgress }: EvaluationControl,
  ): Promise<ScoreEvaluation> {
    const signals = [record.cancelled, this.stopping.signal, ...(signal === undefined ? [] : [signal])];
    const anySignal = AbortSignal.any(signals);
    const begunAt = performance.now();
    const evaluationId = await this.begin(record, rules.id, request).catch((error: unknown) => {
      throw failedEvaluation(error);
    });
    const end = (outcome: 'succeeded' | 'failed' | 'cancelled') => {
      const durationMs = Math.round(performance.now() - begunAt);
      scoreEvaluationEnded.publish({ evaluationId, outcome, durationMs });
    };
    let leadCount = 0;
    try {
      const options = { ...request, rules: rules.rules };
      const report = await this.quality.evaluate(options, {
        signal: anySignal,
        onProgress: (doneCount, totalCount) => {
          leadCount = doneCount;
          record.progress({ doneCount, totalCount });
          onProgress?.(doneCount, totalCount);
        },
      });
      await record.settled();
      await this.save(evaluationId, leadCount, report, rules.id);
    } catch (error) {
      const outcome = anySignal.aborted ? 'cancelled' : 'failed';
      const failure = outcome === 'cancelled' ? cancelledEvaluation(error) : failedEvaluation(error);
      await record.settled();
      const isSaved = await record.endUncertain(this.sequelize, outcome, failure.message);
      if (!isSaved) {
        end(outcome);
        throw failure;
      }
    }
    end('succeeded');
    this.winRates.forget();
    return this.records.getById(evaluationId);
  }

  private async openRecord(): Promise<RecordWriter<EvaluationProgress>> {
    try {
      return await RecordWriter.open(this.connections, EVALUATION_RECORD);
    } catch (error) {
      throw toDomainError(error) ?? error;
    }
  }

  private async begin(
    record: RecordWriter<EvaluationProgress>,
    rulesId: number,
    { horizonDays, landmarkEvery, startedBy }: EvaluationRequest,
  ): Promise<number> {
    const [next] = await inTransaction(this.sequelize, (transaction) =>
      this.sequelize.query<{ id: number }>(NEXT_ID, { type: QueryTypes.SELECT, transaction }),
    );
    const id = next?.id ?? 0;
    await record.run(lockEvaluation(id));
    const host = `${os.hostname()}, process ${process.pid}`;
    await record.begin(id, BEGIN_EVALUATION, [rulesId, horizonDays, landmarkEvery, startedBy, host]);
    return id;
  }

  private async save(
    id: number,
    leadCount: number,
    report: ScoreQualityReport,
    rulesId: number,
  ): Promise<void> {
    const bind = [id, leadCount, JSON.stringify(report)];
    const saved = await inTransaction(this.sequelize, (transaction) =>
      this.sequelize.query(SAVE_SUCCESS, { bind, transaction, type: QueryTypes.SELECT }),
    );
    if (saved.length === 0) throw new NotFoundError('Rule set', rulesId);
  }
}

/** @throws BAD_USER_INPUT */
function checkOptions({ horizonDays, landmarkEvery }: EvaluationOptions): void {
  const problems = [
    ...(horizonDays < 1 || horizonDays > 730 ? ['horizonDays must be a whole number from 1 to 730'] : []),
    ...(landmarkEvery < 1 || landmarkEvery > 90 ? ['landmarkEvery must be a whole number from 1 to 90'] : []),
  ];
  if (problems.length > 0) throw new InvalidInputError(`${problems.join('; ')}.`);
}

const cancelledEvaluation = (cause: unknown): DomainError =>
  new DomainError('SCORE_EVALUATION_CANCELLED', 'The evaluation was cancelled: it has no report.', {
    cause,
    isExpected: true,
  });

const failedEvaluation = (cause: unknown): DomainError =>
  new DomainError(
    'SCORE_EVALUATION_FAILED',
    `The evaluation failed: it has no report. ${failureReason(cause)}`,
    {
      cause,
    },
  );
