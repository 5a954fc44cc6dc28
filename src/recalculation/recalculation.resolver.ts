import { Args, ID, Int, Mutation, Query, Resolver, Subscription } from '@nestjs/graphql';
import { AllowedTo } from '../access/allowed-to.js';
import { recordIdOf } from '../common/record-id.js';
import { withOwnTimeLimit } from '../common/request-time.js';
import { TimeSettings } from '../config/time-settings.js';
import { Costs, RateLimited } from '../graphql/limits/field-extensions.js';
import { RecalculateScoresArgs } from './dto/recalculate-scores.args.js';
import { RecalculateScoresResult } from './dto/recalculate-scores.result.js';
import { RecalculationConnection } from './dto/recalculation-connection.type.js';
import { RecalculationType } from './dto/recalculation.type.js';
import { RecalculationRecordsService } from './recalculation-records.service.js';
import { RecalculationService } from './recalculation.service.js';

@Resolver()
export class RecalculationResolver {
  constructor(
    private readonly service: RecalculationService,
    private readonly records: RecalculationRecordsService,
    private readonly times: TimeSettings,
  ) {}

  @AllowedTo('admin')
  @Costs(10_000)
  @RateLimited('bulk')
  @Mutation(() => RecalculateScoresResult, {
    description:
      'Recalculates the score of every lead, or only stale scores, in one transaction and as of one instant. Returns when the recalculation has ended. Leads whose score cannot be saved are listed and left unchanged; the other scores are saved. Fails immediately with RECALCULATION_RUNNING if a recalculation or an import is in progress. Fails with RECALCULATION_FAILED or RECALCULATION_CANCELLED if nothing was saved.',
  })
  async recalculateAllScores(@Args() args: RecalculateScoresArgs): Promise<RecalculateScoresResult> {
    const run = await withOwnTimeLimit(this.times.recalculationMs, (signal) =>
      this.service.recalculateOnDemand('api', args, { signal }),
    );
    return RecalculateScoresResult.of(run);
  }

  @AllowedTo('admin')
  @Query(() => RecalculationType, {
    nullable: true,
    description: 'A recalculation. Null if it does not exist.',
  })
  recalculation(
    @Args('id', { type: () => ID, description: 'The id of the recalculation.' }) id: string,
  ): Promise<RecalculationType | null> {
    return this.records.findById(recordIdOf(id));
  }

  @AllowedTo('admin')
  @Query(() => RecalculationConnection, { description: 'Recalculations, the latest first.' })
  recalculations(
    @Args('first', { type: () => Int, defaultValue: 20, description: 'The page size, 1 to 100.' })
    first: number,
    @Args('after', {
      type: () => String,
      nullable: true,
      description: 'Return only recalculations after this cursor.',
    })
    after: string | null = null,
  ): Promise<RecalculationConnection> {
    return this.records.findPage(first, after);
  }

  @AllowedTo('admin')
  @Mutation(() => RecalculationType, {
    description:
      'Cancels a recalculation on any server. Returns when it has rolled back, or after ten seconds. Fails with NOT_FOUND, or with RECALCULATION_NOT_RUNNING if it has already ended.',
  })
  cancelRecalculation(
    @Args('id', { type: () => ID, description: 'The id of the recalculation.' }) id: string,
  ): Promise<RecalculationType> {
    return this.records.cancel(recordIdOf(id));
  }

  @AllowedTo('admin')
  @Subscription(() => RecalculationType, {
    resolve: (run: RecalculationType) => run,
    description:
      'Publishes a recalculation now and whenever it progresses, until it has ended. Without an id it publishes all recalculations, including future ones, and does not end. Fails with NOT_FOUND.',
  })
  recalculationProgress(
    @Args('id', {
      type: () => ID,
      nullable: true,
      description: 'The id of the recalculation. Without it, all recalculations are published.',
    })
    id: string | null = null,
  ): Promise<AsyncGenerator<RecalculationType>> {
    return id === null ? this.records.watchAll() : this.records.watch(recordIdOf(id));
  }
}
