import { ResolveField, Resolver } from '@nestjs/graphql';
import { LeadSummaryType } from './dto/lead-summary.type.js';
import { StaleSummaryLoader } from './stale-summary.loader.js';

@Resolver(() => LeadSummaryType)
export class LeadSummaryResolver {
  constructor(private readonly staleSummaries: StaleSummaryLoader) {}

  @ResolveField(() => Boolean, {
    description:
      'Whether the facts, the model, the prompt or the language have changed since the summary was written. Facts change if the lead or one of its interactions is added, changed or removed, or if a planned interaction begins.',
  })
  isStale(summary: LeadSummaryType, _args: object, context: object): Promise<boolean> {
    return this.staleSummaries.load(context, summary.leadId);
  }
}
