import { Args, Context, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { AllowedTo } from '../access/allowed-to.js';
import { recordIdOf } from '../common/record-id.js';
import { withOwnTimeLimit } from '../common/request-time.js';
import { TimeSettings } from '../config/time-settings.js';
import { withClientAbortSignal } from '../graphql/client-abort-signal.js';
import { Costs, RateLimited } from '../graphql/limits/field-extensions.js';
import { LeadType } from '../leads/dto/lead.type.js';
import type { LeadRecord } from '../leads/lead-record.js';
import { isOpen } from '../leads/lead-status.js';
import { LeadWinRateType, ScoreQualityArgs, ScoreQualityType } from './dto/score-quality.type.js';
import {
  type LeadWinRate,
  type ScoreEvaluation,
  ScoreEvaluationService,
} from './score-evaluation.service.js';

@Resolver(() => LeadType)
export class ScoreQualityResolver {
  constructor(
    private readonly evaluations: ScoreEvaluationService,
    private readonly times: TimeSettings,
  ) {}

  @AllowedTo('admin')
  @Costs(10_000)
  @RateLimited('bulk')
  @Query(() => ScoreQualityType, {
    description:
      'A backtest of scoring rules on the past outcomes of this database. It reads all leads from one snapshot, which takes up to a minute for 200,000 leads, and stops if the client disconnects. Its result is stored for `Lead.winRate`. Fails with NOT_FOUND, or with BAD_USER_INPUT.',
  })
  scoreQuality(
    @Args() { rulesId, horizonDays, landmarkEvery }: ScoreQualityArgs,
    @Context() context: object,
  ): Promise<ScoreEvaluation> {
    return withOwnTimeLimit(this.times.recalculationMs, (limit) =>
      withClientAbortSignal(context, (client) =>
        this.evaluations.evaluate(
          rulesId == null ? null : recordIdOf(rulesId),
          { horizonDays, landmarkEvery },
          { signal: AbortSignal.any([limit, client]) },
        ),
      ),
    );
  }

  @ResolveField(() => LeadWinRateType, {
    nullable: true,
    description:
      'The observed win rate of leads with such a score. Null if the lead is closed or has no score, if the rules in force were not evaluated yet (`scoreQuality`), or if too few leads had such a score.',
  })
  async winRate({
    status,
    activityScore,
  }: Pick<LeadRecord, 'status' | 'activityScore'>): Promise<LeadWinRate | null> {
    return isOpen(status) && activityScore !== null ? this.evaluations.winRateOf(activityScore) : null;
  }
}
