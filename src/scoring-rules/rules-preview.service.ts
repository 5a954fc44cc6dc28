import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { QueryTypes, Sequelize, type Transaction } from 'sequelize';
import { InvalidInputError } from '../common/domain-error.js';
import type { ScoreQualityReport } from '../score-quality/score-quality.js';
import { ScoreQualityService } from '../score-quality/score-quality.service.js';
import { inSingleTransaction, inTransaction } from '../database/transactions.js';
import { stopOnAbort } from '../database/statement-canceller.js';
import { histogram, type ScoreBin, type ScoreCount } from '../leads/listing/score-distribution.js';
import { readRulesInForce, type VersionedRules } from '../leads/scoring/rules-in-force.js';
import { bandOf, SCORE_BANDS, type ScoreBand, type ScoreBands } from '../leads/scoring/score-band.js';
import { explainScore, type ScoreBreakdown, type StoredScore } from '../leads/scoring/score-breakdown.js';
import { readClock } from '../leads/scoring/lead-scores.js';
import { rulesAsLiteral } from '../leads/scoring/score.sql.js';
import type { ScoringRules } from '../leads/scoring/scoring-rules.js';
import { explainScores, previewScores } from './rules-preview.sql.js';
import { validScoringRules } from './scoring-rules.service.js';

/** The number of leads on which a preview evaluates rules, unless the caller chooses another. */
export const DEFAULT_SAMPLE = 2000;

/** More leads would take longer than a preview should. */
const MAX_SAMPLE = 50_000;

export interface BandChangeCount {
  readonly from: ScoreBand;
  readonly to: ScoreBand;
  readonly count: number;
}

export interface Mover {
  readonly leadId: number;
  /** Null: never calculated. */
  readonly before: number | null;
  readonly after: number;
  readonly breakdownBefore: ScoreBreakdown | null;
  readonly breakdownAfter: ScoreBreakdown;
}

export interface RulesPreview {
  readonly asOf: Date;
  readonly leadCount: number;
  readonly changedCount: number;
  readonly before: readonly ScoreBin[];
  readonly after: readonly ScoreBin[];
  readonly bandChanges: readonly BandChangeCount[];
  readonly movers: readonly Mover[];
  /** Null: not requested. */
  readonly quality: QualityPreview | null;
}

/** The backtests of the rules in force and of new ones, on the same leads. */
export interface QualityPreview {
  readonly before: ScoreQualityReport;
  readonly after: ScoreQualityReport;
}

interface ScoredCount {
  readonly isOpen: boolean;
  readonly before: number | null;
  readonly after: number;
  readonly count: number;
}

interface PreviewRow {
  readonly counts: readonly [isOpen: boolean, before: number | null, after: number, count: number][];
  readonly movers: readonly [id: number, before: number | null, after: number][];
}

/** Shows what new rules would change, without writing anything. */
@Injectable()
export class RulesPreviewService {
  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly quality: ScoreQualityService,
  ) {}

  /**
   * Scores every lead at one instant with the rules in force and with others. Publishing these rules stores the same
   * scores, apart from what time changes.
   * @param sample the number of leads on which both rules are evaluated as well; null: they are not
   * @param signal cancels the statements
   * @throws SCORING_RULES_INVALID; BAD_USER_INPUT
   */
  async preview(input: unknown, sample: number | null, signal: AbortSignal): Promise<RulesPreview> {
    const rules = validScoringRules(input);
    if (sample !== null && (sample < 1 || sample > MAX_SAMPLE)) {
      throw new InvalidInputError(`sample must be a whole number from 1 to ${MAX_SAMPLE}.`);
    }
    // If one fails, the others stop.
    const failed = new AbortController();
    const anySignal = AbortSignal.any([signal, failed.signal]);
    const stopping = async <Result>(work: Promise<Result>): Promise<Result> => {
      try {
        return await work;
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    };
    const [scores, quality] = await Promise.all([
      stopping(this.compareScores(rules, anySignal)),
      sample === null ? null : stopping(this.compareQuality(rules, sample, anySignal)),
    ]);
    return { ...scores, quality };
  }

  private compareScores(rules: ScoringRules, signal: AbortSignal): Promise<Omit<RulesPreview, 'quality'>> {
    return inSingleTransaction(this.sequelize, async (transaction) => {
      // One snapshot for all statements, in which nothing can be written.
      await this.sequelize.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY', {
        transaction,
      });
      await this.sequelize.query('SET LOCAL jit = off', { transaction });
      const current = await readRulesInForce(this.sequelize, transaction);
      const asOf = await readClock(this.sequelize, transaction);
      const statement = previewScores(
        literal(asOf),
        rulesAsLiteral(current.rules, current.version),
        rulesAsLiteral(rules, current.version + 1),
      );
      const [row] = await stopOnAbort(transaction, signal, () =>
        this.sequelize.query<PreviewRow>(statement, { type: QueryTypes.SELECT, transaction }),
      );
      if (row === undefined) throw new Error('The preview returned no row.');
      const counts = row.counts.map(([isOpen, before, after, count]) => ({ isOpen, before, after, count }));
      return {
        asOf,
        ...summaryOf(counts, current.rules.bands, rules.bands),
        movers: await this.explain(transaction, asOf, row.movers, current, rules),
      };
    });
  }

  /** Evaluates the rules in force and new ones on the same sample of leads, side by side. */
  private async compareQuality(
    rules: ScoringRules,
    sample: number,
    signal: AbortSignal,
  ): Promise<QualityPreview> {
    const current = await inTransaction(this.sequelize, (transaction) =>
      readRulesInForce(this.sequelize, transaction),
    );
    const evaluate = (used: ScoringRules) =>
      this.quality.evaluate({ horizonDays: 90, landmarkEvery: 7, rules: used, sample }, { signal });
    const [before, after] = await Promise.all([evaluate(current.rules), evaluate(rules)]);
    return { before, after };
  }

  private async explain(
    transaction: Transaction,
    asOf: Date,
    movers: PreviewRow['movers'],
    current: VersionedRules,
    rules: ScoringRules,
  ): Promise<Mover[]> {
    if (movers.length === 0) return [];
    const ids = movers.map(([id]) => id);
    const read = async (used: ScoringRules) => {
      const rows = await this.sequelize.query<StoredScore & { readonly id: number }>(
        explainScores(ids, literal(asOf), rulesAsLiteral(used, 0)),
        { type: QueryTypes.SELECT, transaction },
      );
      return new Map(rows.map((row) => [row.id, explainScore(row, used)]));
    };
    const before = await read(current.rules);
    const after = await read(rules);
    return movers.map(([leadId, scoreBefore, scoreAfter]) => {
      const breakdownAfter = after.get(leadId) ?? null;
      if (breakdownAfter === null) throw new Error(`The preview could not explain lead ${leadId}.`);
      return {
        leadId,
        before: scoreBefore,
        after: scoreAfter,
        breakdownBefore: scoreBefore === null ? null : (before.get(leadId) ?? null),
        breakdownAfter,
      };
    });
  }
}

const literal = (instant: Date): string => `'${instant.toISOString()}'::timestamptz`;

function summaryOf(counts: readonly ScoredCount[], current: ScoreBands, bands: ScoreBands) {
  const scores = (pick: (count: ScoredCount) => number | null): ScoreCount[] =>
    counts.map((one) => ({ score: pick(one), count: one.count }));
  const sum = (of: readonly ScoredCount[]) => of.reduce((total, { count }) => total + count, 0);
  const open = counts.filter(({ isOpen }) => isOpen);
  const moving = (from: ScoreBand, to: ScoreBand) =>
    open.filter(({ before, after }) => bandOf(before, current) === from && bandOf(after, bands) === to);
  return {
    leadCount: sum(counts),
    changedCount: sum(counts.filter(({ before, after }) => before !== after)),
    before: histogram(scores(({ before }) => before)),
    after: histogram(scores(({ after }) => after)),
    bandChanges: SCORE_BANDS.flatMap((from) =>
      SCORE_BANDS.filter((to) => to !== from).map((to) => ({ from, to, count: sum(moving(from, to)) })),
    ).filter(({ count }) => count > 0),
  };
}
