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
      'Queues open leads for a summary, the highest scores first, and returns immediately with the id of the batch. Servers with workers write the summaries. Fails with SUMMARY_DISABLED.',
  })
  regenerateSummaries(@Args() args: RegenerateSummariesArgs): Promise<SummaryBatchType> {
    const { onlyStale, includeClosed, limit = null, maxCostUsd = null } = args;
    return this.batches.start({ trigger: 'api', onlyStale, includeClosed, limit, maxCostUsd });
  }

  @AllowedTo('admin')
  @Query(() => SummaryBatchType, {
    nullable: true,
    description: 'A batch of summaries. Null if it does not exist.',
  })
  summaryBatch(
    @Args('id', { type: () => ID, description: 'The id of the batch.' }) id: string,
  ): Promise<SummaryBatchType | null> {
    return this.batches.findById(recordIdOf(id));
  }

  @AllowedTo('admin')
  @Mutation(() => SummaryBatchType, {
    description:
      'Cancels a batch: no server starts another summary of it. Summaries that are being written are completed, paid for and saved. Fails with NOT_FOUND, or with SUMMARY_BATCH_NOT_RUNNING if the batch has already ended.',
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
      'Publishes a batch now and whenever it progresses, until it has ended. Fails with NOT_FOUND.',
  })
  summaryBatchProgress(
    @Args('id', { type: () => ID, description: 'The id of the batch.' }) id: string,
  ): Promise<AsyncGenerator<SummaryBatchType>> {
    return this.batches.watch(recordIdOf(id));
  }

  @AssumedSize(MAX_NAMED_SUMMARY_FAILURES)
  @ResolveField(() => [SummaryFailureType], {
    description: `The first ${MAX_NAMED_SUMMARY_FAILURES} leads whose summary could not be written.`,
  })
  failures(batch: SummaryBatchType): Promise<SummaryFailureType[]> {
    return this.batches.findFailures(batch);
  }
}
