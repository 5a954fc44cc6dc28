import { AllowedTo } from '../access/allowed-to.js';
import { Args, ID, Mutation, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { recordIdOf } from '../common/record-id.js';
import { AssumedSize, Costs, RateLimited } from '../graphql/limits/field-extensions.js';
import { RegenerateSummariesArgs } from './dto/regenerate-summaries.args.js';
import { SummaryBatchType } from './dto/summary-batch.type.js';
import { SummaryFailureType } from './dto/summary-failure.type.js';
import { MAX_NAMED_SUMMARY_FAILURES, SummaryBatchesService } from './summary-batches.service.js';

@Resolver(() => SummaryBatchType)
export class SummaryBatchesResolver {
  constructor(private readonly batches: SummaryBatchesService) {}

  @AllowedTo('admin')
  @Costs(10_000)
  @RateLimited('bulk')
  @Mutation(() => SummaryBatchType, {
    description:
      'Queues open leads for a summary, the highest scores first, and answers at once, with the id of the batch; servers with workers write them. Fails with SUMMARY_DISABLED.',
  })
  regenerateSummaries(@Args() args: RegenerateSummariesArgs): Promise<SummaryBatchType> {
    const { onlyStale, includeClosed, limit = null, maxCostUsd = null } = args;
    return this.batches.start({ trigger: 'api', onlyStale, includeClosed, limit, maxCostUsd });
  }

  @AllowedTo('admin')
  @Query(() => SummaryBatchType, {
    nullable: true,
    description: 'A batch of summaries; null where there is none.',
  })
  summaryBatch(
    @Args('id', { type: () => ID, description: 'The id of the batch.' }) id: string,
  ): Promise<SummaryBatchType | null> {
    return this.batches.findById(recordIdOf(id));
  }

  @AllowedTo('admin')
  @Mutation(() => SummaryBatchType, {
    description:
      'Has no further summary of a batch begun, whichever servers write them. What is being written is paid for, and is saved. Fails with NOT_FOUND, or with SUMMARY_BATCH_NOT_RUNNING where it has ended already.',
  })
  cancelSummaryBatch(
    @Args('id', { type: () => ID, description: 'The id of the batch.' }) id: string,
  ): Promise<SummaryBatchType> {
    return this.batches.cancel(recordIdOf(id));
  }

  @AllowedTo('admin')
  @Subscription(() => SummaryBatchType, {
    resolve: (batch: SummaryBatchType) => batch,
    description:
      'A batch as it is now, and again whenever it has got further, until it has ended. Fails with NOT_FOUND.',
  })
  summaryBatchProgress(
    @Args('id', { type: () => ID, description: 'The id of the batch.' }) id: string,
  ): Promise<AsyncGenerator<SummaryBatchType>> {
    return this.batches.watch(recordIdOf(id));
  }

  @AssumedSize(MAX_NAMED_SUMMARY_FAILURES)
  @ResolveField(() => [SummaryFailureType], {
    description: `The leads that got no summary: the first ${MAX_NAMED_SUMMARY_FAILURES} of them.`,
  })
  failures(batch: SummaryBatchType): Promise<SummaryFailureType[]> {
    return this.batches.findFailures(batch);
  }
}
