import { Inject } from '@nestjs/common';
import { Args, ID, Int, Mutation, Query, Resolver, Subscription } from '@nestjs/graphql';
import { AllowedTo } from '../access/allowed-to.js';
import { withOwnTimeLimit } from '../common/request-time.js';
import { Costs, RateLimited } from '../graphql/limits/field-extensions.js';
import { RecalculateScoresArgs } from './dto/recalculate-scores.args.js';
import { RecalculateScoresResult } from './dto/recalculate-scores.result.js';
import { RecalculationConnection } from './dto/recalculation-connection.type.js';
import { RecalculationType } from './dto/recalculation.type.js';
import { recalculationPage } from './recalculation-page.js';
import { RecalculationRecordsService } from './recalculation-records.service.js';
import { RecalculationService } from './recalculation.service.js';
import { recordIdOf } from '../common/record-id.js';

/** The injection token of the time limit of `recalculateAllScores`. */
export const RECALCULATION_TIMEOUT_MS = Symbol('RECALCULATION_TIMEOUT_MS');

@Resolver()
export class RecalculationResolver {
  constructor(
    private readonly service: RecalculationService,
    private readonly records: RecalculationRecordsService,
    @Inject(RECALCULATION_TIMEOUT_MS) private readonly timeoutMs: number,
  ) {}

  @AllowedTo('admin')
  @Costs(10_000)
  @RateLimited('bulk')
  @Mutation(() => RecalculateScoresResult, {
    description:
      "Recalculates every lead's score, or the stale ones, in one transaction, all at one instant, and answers when that is done. A lead whose score cannot be saved is named and left as it was; the others are saved. Fails with RECALCULATION_RUNNING, at once, where a recalculation or an import is under way; with RECALCULATION_FAILED or RECALCULATION_CANCELLED where nothing was saved.",
  })
  async recalculateAllScores(@Args() args: RecalculateScoresArgs): Promise<RecalculateScoresResult> {
    const run = await withOwnTimeLimit(this.timeoutMs, (signal) =>
      this.service.recalculateOnDemand('api', args, { signal }),
    );
    const { id, asOf, savedCount, failedCount, failures, differenceCount, differences } = run;
    return {
      recalculationId: id,
      asOf,
      count: savedCount,
      failedCount,
      failures,
      differenceCount,
      differences,
    };
  }

  @AllowedTo('admin')
  @Query(() => RecalculationType, {
    nullable: true,
    description: 'A recalculation; null where there is none.',
  })
  recalculation(
    @Args('id', { type: () => ID, description: 'The id of the run.' }) id: string,
  ): Promise<RecalculationType | null> {
    return this.records.findById(recordIdOf(id));
  }

  @AllowedTo('admin')
  @Query(() => RecalculationConnection, { description: 'Recalculations, the latest first.' })
  recalculations(
    @Args('first', { type: () => Int, defaultValue: 20, description: 'How many, 1 to 100.' }) first: number,
    @Args('after', { type: () => String, nullable: true, description: 'The cursor to continue after.' })
    after: string | null = null,
  ): Promise<RecalculationConnection> {
    return recalculationPage(first, after, (beforeId, limit) => this.records.findPage(beforeId, limit));
  }

  @AllowedTo('admin')
  @Mutation(() => RecalculationType, {
    description:
      'Stops a recalculation, whichever replica runs it, has it roll back, and answers when it has, or after ten seconds. Fails with NOT_FOUND, or with RECALCULATION_NOT_RUNNING where it has ended already.',
  })
  cancelRecalculation(
    @Args('id', { type: () => ID, description: 'The id of the run.' }) id: string,
  ): Promise<RecalculationType> {
    return this.records.cancel(recordIdOf(id));
  }

  @AllowedTo('admin')
  @Subscription(() => RecalculationType, {
    resolve: (run: RecalculationType) => run,
    description:
      'A run as it is now, and again whenever it has got further, until it has ended. Without an id the runs to come as well, without an end. Fails with NOT_FOUND.',
  })
  recalculationProgress(
    @Args('id', { type: () => ID, nullable: true, description: 'The id of the run; without one, all runs.' })
    id: string | null = null,
  ): Promise<AsyncGenerator<RecalculationType>> {
    return this.records.watch(id === null ? null : recordIdOf(id));
  }
}
