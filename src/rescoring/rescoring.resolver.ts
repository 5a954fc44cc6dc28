import { Inject } from '@nestjs/common';
import { Args, ID, Int, Mutation, Query, Resolver, Subscription } from '@nestjs/graphql';
import { AllowedTo } from '../access/allowed-to.js';
import { withOwnTimeLimit } from '../common/request-time.js';
import { Costs, RateLimited } from '../graphql/limits/field-extensions.js';
import { RecalculateScoresArgs } from './dto/recalculate-scores.args.js';
import { RecalculateScoresResult } from './dto/recalculate-scores.result.js';
import { RescoreRunConnection } from './dto/rescore-run-connection.type.js';
import { RescoreRunType } from './dto/rescore-run.type.js';
import { rescoreRunPage } from './rescore-run-page.js';
import { RescoreRunsService } from './rescore-runs.service.js';
import { RescoringService } from './rescoring.service.js';
import { recordIdOf } from '../common/record-id.js';

/** The token of how long `recalculateAllScores` may take. */
export const RESCORE_TIMEOUT_MS = Symbol('RESCORE_TIMEOUT_MS');

@Resolver()
export class RescoringResolver {
  constructor(
    private readonly rescoring: RescoringService,
    private readonly runs: RescoreRunsService,
    @Inject(RESCORE_TIMEOUT_MS) private readonly timeoutMs: number,
  ) {}

  @AllowedTo('admin')
  @Costs(10_000)
  @RateLimited('dear')
  @Mutation(() => RecalculateScoresResult, {
    description:
      "Recalculates every lead's score, or the stale ones, in one transaction, all at one instant, and answers when that is done. A lead whose score cannot be saved is named and left as it was; the others are saved. Fails with RECALCULATION_RUNNING, at once, where a recalculation or an import is under way; with RECALCULATION_FAILED or RECALCULATION_CANCELLED where nothing was saved.",
  })
  async recalculateAllScores(@Args() args: RecalculateScoresArgs): Promise<RecalculateScoresResult> {
    const run = await withOwnTimeLimit(this.timeoutMs, (signal) =>
      this.rescoring.recalculateOnDemand('api', args, { signal }),
    );
    const { id, asOf, doneCount, failedCount, failures, differenceCount, differences } = run;
    return { runId: id, asOf, count: doneCount, failedCount, failures, differenceCount, differences };
  }

  @AllowedTo('admin')
  @Query(() => RescoreRunType, { nullable: true, description: 'A recalculation; null where there is none.' })
  rescoreRun(
    @Args('id', { type: () => ID, description: 'The id of the run.' }) id: string,
  ): Promise<RescoreRunType | null> {
    return this.runs.findById(recordIdOf(id));
  }

  @AllowedTo('admin')
  @Query(() => RescoreRunConnection, { description: 'Recalculations, the latest first.' })
  rescoreRuns(
    @Args('first', { type: () => Int, defaultValue: 20, description: 'How many, 1 to 100.' }) first: number,
    @Args('after', { type: () => String, nullable: true, description: 'The cursor to continue after.' })
    after: string | null = null,
  ): Promise<RescoreRunConnection> {
    return rescoreRunPage(first, after, (beforeId, limit) => this.runs.findPage(beforeId, limit));
  }

  @AllowedTo('admin')
  @Mutation(() => RescoreRunType, {
    description:
      'Stops a recalculation, whichever replica runs it, has it roll back, and answers when it has, or after ten seconds. Fails with NOT_FOUND, or with RESCORE_NOT_RUNNING where it has ended already.',
  })
  cancelRescore(
    @Args('id', { type: () => ID, description: 'The id of the run.' }) id: string,
  ): Promise<RescoreRunType> {
    return this.runs.cancel(recordIdOf(id));
  }

  @AllowedTo('admin')
  @Subscription(() => RescoreRunType, {
    resolve: (run: RescoreRunType) => run,
    description:
      'A run as it is now, and again whenever it has got further, until it has ended. Without an id the runs to come as well, without an end. Fails with NOT_FOUND.',
  })
  rescoreProgress(
    @Args('id', { type: () => ID, nullable: true, description: 'The id of the run; without one, all runs.' })
    id: string | null = null,
  ): Promise<AsyncGenerator<RescoreRunType>> {
    return this.runs.watch(id === null ? null : recordIdOf(id));
  }
}
