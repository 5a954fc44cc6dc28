import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { Sequelize } from 'sequelize';
import { InvalidInputError } from '../common/domain-error.js';
import { now } from '../common/clock.js';
import { readRows } from '../database/read-rows.js';
import { inTransaction } from '../database/transactions.js';
import type { WinRate } from '../score-quality/outcomes-by-score.js';
import type { ScoreQualityReport } from '../score-quality/score-quality.js';
import { type EvaluationControl, ScoreQualityService } from '../score-quality/score-quality.service.js';
import type { RulesRecord } from './rules-record.js';
import { READ_WIN_RATES, SAVE_EVALUATION } from './score-evaluation.sql.js';
import { ScoringRulesService } from './scoring-rules.service.js';

/** How long stored win rates are used without reading them again. */
const FRESH_MS = 1000;

export interface EvaluationOptions {
  /** The days after a landmark in which a lead counts as won, 1 to 730. */
  readonly horizonDays: number;
  /** The days between two landmarks, 1 to 90. */
  readonly landmarkEvery: number;
}

export interface ScoreEvaluation extends EvaluationOptions {
  readonly rules: RulesRecord;
  readonly evaluatedAt: Date;
  readonly report: ScoreQualityReport;
}

/** The observed win rate of leads with a score. */
export interface LeadWinRate {
  readonly rate: number;
  readonly low: number;
  readonly high: number;
  readonly leads: number;
  readonly horizonDays: number;
  readonly evaluatedAt: Date;
}

interface StoredWinRates {
  readonly evaluatedAt: Date;
  readonly horizonDays: number;
  readonly rates: readonly (WinRate | null)[];
}

/** Evaluates scoring rules on past outcomes, and keeps the latest evaluation. */
@Injectable()
export class ScoreEvaluationService {
  private current: { readonly rates: Promise<StoredWinRates | null>; readonly until: number } | null = null;

  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly rules: ScoringRulesService,
    private readonly quality: ScoreQualityService,
  ) {}

  /**
   * Evaluates a draft or a published version on all leads, and stores the result.
   * @param rulesId null: the rules in force
   * @throws NOT_FOUND; BAD_USER_INPUT; the reason of the signal
   */
  async evaluate(
    rulesId: number | null,
    { horizonDays, landmarkEvery }: EvaluationOptions,
    control: EvaluationControl = {},
  ): Promise<ScoreEvaluation> {
    if (horizonDays < 1 || horizonDays > 730) {
      throw new InvalidInputError('horizonDays must be a whole number from 1 to 730.');
    }
    if (landmarkEvery < 1 || landmarkEvery > 90) {
      throw new InvalidInputError('landmarkEvery must be a whole number from 1 to 90.');
    }
    const rules = rulesId === null ? await this.rules.current() : await this.rules.getById(rulesId);
    const evaluatedAt = now();
    const report = await this.quality.evaluate({ horizonDays, landmarkEvery, rules: rules.rules }, control);
    const bind = [rules.id, horizonDays, landmarkEvery, evaluatedAt, JSON.stringify(report)];
    await inTransaction(this.sequelize, (transaction) =>
      this.sequelize.query(SAVE_EVALUATION, { bind, transaction }),
    );
    this.current = null;
    return { rules, horizonDays, landmarkEvery, evaluatedAt, report };
  }

  /**
   * Returns the observed win rate of leads with a score, from the latest evaluation of the rules in force; null: the rules were
   * not evaluated, or too few leads had such a score.
   */
  async winRateOf(score: number): Promise<LeadWinRate | null> {
    const stored = await this.storedRates();
    const found = stored?.rates[score];
    if (stored == null || found?.rate == null || found.interval === null) return null;
    const { horizonDays, evaluatedAt } = stored;
    return {
      rate: found.rate,
      low: found.interval.low,
      high: found.interval.high,
      leads: found.leads,
      horizonDays,
      evaluatedAt,
    };
  }

  private storedRates(): Promise<StoredWinRates | null> {
    if (this.current === null || performance.now() >= this.current.until) {
      const rates = readRows<StoredWinRates>(this.sequelize, { sql: READ_WIN_RATES, bind: [] }).then(
        ([row]) => row ?? null,
      );
      this.current = { rates, until: performance.now() + FRESH_MS };
      rates.catch(() => {
        this.current = null;
      });
    }
    return this.current.rates;
  }
}
