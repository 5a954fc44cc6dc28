import {
  Args,
  ID,
  Int,
  Mutation,
  Parent,
  Query,
  ResolveField,
  Resolver,
  Subscription,
} from '@nestjs/graphql';
import { AllowedTo } from '../access/allowed-to.js';
import { callerNameOfRecord } from '../common/caller-name.js';
import { recordIdOf } from '../common/record-id.js';
import { withOwnTimeLimit } from '../common/request-time.js';
import { TimeSettings } from '../config/time-settings.js';
import { Costs, RateLimited } from '../graphql/limits/field-extensions.js';
import { LeadType } from '../leads/dto/lead.type.js';
import type { LeadRecord } from '../leads/lead-record.js';
import { isOpen } from '../leads/lead-status.js';
import { ScoringRulesRecordType } from '../scoring-rules/dto/scoring-rules-record.type.js';
import type { RulesRecord } from '../scoring-rules/rules-record.js';
import { ScoringRulesService } from '../scoring-rules/scoring-rules.service.js';
import { LeadWinRateType } from './dto/lead-win-rate.type.js';
import { ScoreEvaluationConnection } from './dto/score-evaluation-connection.type.js';
import { ScoreEvaluationArgs } from './dto/score-evaluation.args.js';
import { ScoreEvaluationType } from './dto/score-evaluation.type.js';
import type { ScoreEvaluation } from './score-evaluation.js';
import { ScoreEvaluationRecordsService } from './score-evaluation-records.service.js';
import { ScoreEvaluationsService } from './score-evaluations.service.js';
import { type LeadWinRate, WinRatesService } from './win-rates.service.js';

const EVALUATION_ID = { type: () => ID, description: 'The id of the evaluation.' };

@Resolver(() => ScoreEvaluationType)
export class ScoreEvaluationsResolver {
  constructor(
    private readonly service: ScoreEvaluationsService,
    private readonly records: ScoreEvaluationRecordsService,
    private readonly rulesService: ScoringRulesService,
    private readonly times: TimeSettings,
  ) {}

  @AllowedTo('admin')
  @Costs(10_000)
  @RateLimited('bulk')
  @Mutation(() => ScoreEvaluationType, {
    description:
      'Evaluates scoring rules on the past outcomes of all leads, from one snapshot of the database. Returns when the evaluation has ended. `Lead.winRate` comes from the latest evaluation of the rules in force with the default options. The evaluation continues if the client disconnects. Fails with NOT_FOUND, BAD_USER_INPUT, SCORE_EVALUATION_FAILED or SCORE_EVALUATION_CANCELLED.',
  })
  evaluateScores(
    @Args() { rulesId, horizonDays, landmarkEvery }: ScoreEvaluationArgs,
  ): Promise<ScoreEvaluation> {
    const request = {
      rulesId: rulesId == null ? null : recordIdOf(rulesId, 'rulesId'),
      horizonDays,
      landmarkEvery,
      startedBy: callerNameOfRecord(),
    };
    return withOwnTimeLimit(this.times.recalculationMs, (signal) =>
      this.service.evaluate(request, { signal }),
    );
  }

  @AllowedTo('admin')
  @Query(() => ScoreEvaluationType, {
    nullable: true,
    description:
      'The latest evaluation of scoring rules that succeeded. Null if they were never evaluated with these options (`evaluateScores`). Fails with BAD_USER_INPUT.',
  })
  scoreQuality(
    @Args() { rulesId, horizonDays, landmarkEvery }: ScoreEvaluationArgs,
  ): Promise<ScoreEvaluation | null> {
    return this.service.findLatest(rulesId == null ? null : recordIdOf(rulesId, 'rulesId'), {
      horizonDays,
      landmarkEvery,
    });
  }

  @AllowedTo('admin')
  @Query(() => ScoreEvaluationType, {
    nullable: true,
    description: 'An evaluation. Null if it does not exist.',
  })
  scoreEvaluation(@Args('id', EVALUATION_ID) id: string): Promise<ScoreEvaluation | null> {
    return this.records.findById(recordIdOf(id));
  }

  @AllowedTo('admin')
  @Query(() => ScoreEvaluationConnection, { description: 'Evaluations, the latest first.' })
  scoreEvaluations(
    @Args('first', { type: () => Int, defaultValue: 20, description: 'The page size, 1 to 100.' })
    first: number,
    @Args('after', {
      type: () => String,
      nullable: true,
      description: 'Return only evaluations after this cursor.',
    })
    after: string | null = null,
  ): Promise<ScoreEvaluationConnection> {
    return this.records.findPage(first, after);
  }

  @AllowedTo('admin')
  @Mutation(() => ScoreEvaluationType, {
    description:
      'Cancels an evaluation on any server. Returns when it has ended, or after ten seconds. Fails with NOT_FOUND, or with SCORE_EVALUATION_NOT_RUNNING if it has already ended.',
  })
  cancelScoreEvaluation(@Args('id', EVALUATION_ID) id: string): Promise<ScoreEvaluation> {
    return this.records.cancel(recordIdOf(id));
  }

  @AllowedTo('admin')
  @Subscription(() => ScoreEvaluationType, {
    resolve: (one: ScoreEvaluation) => one,
    description:
      'Publishes an evaluation now and whenever it progresses, until it has ended. Fails with NOT_FOUND.',
  })
  scoreEvaluationProgress(@Args('id', EVALUATION_ID) id: string): Promise<AsyncGenerator<ScoreEvaluation>> {
    return this.records.watch(recordIdOf(id));
  }

  @ResolveField(() => ScoringRulesRecordType, { description: 'The rules that were evaluated.' })
  rules(@Parent() { rulesId }: ScoreEvaluation): Promise<RulesRecord> {
    return this.rulesService.getById(rulesId);
  }
}

@Resolver(() => LeadType)
export class LeadWinRateResolver {
  constructor(private readonly winRates: WinRatesService) {}

  @ResolveField(() => LeadWinRateType, {
    nullable: true,
    description:
      'The observed win rate of leads with such a score. Null if the lead is closed or has no score, if the rules in force were not evaluated yet with the default options (`evaluateScores`), or if too few leads had such a score.',
  })
  async winRate(
    @Parent() { status, activityScore }: Pick<LeadRecord, 'status' | 'activityScore'>,
  ): Promise<LeadWinRate | null> {
    return isOpen(status) && activityScore !== null ? this.winRates.winRateOf(activityScore) : null;
  }
}
