import { ResolveField, Resolver } from '@nestjs/graphql';
import { LeadSummaryType } from './dto/lead-summary.type.js';
import { StaleSummaryLoader } from './summaries/stale-summary.loader.js';

@Resolver(() => LeadSummaryType)
export class LeadSummaryResolver {
  constructor(private readonly staleSummaries: StaleSummaryLoader) {}

  @ResolveField(() => Boolean, {
    description:
      'Whether it would be written of something else now: the lead or one of its interactions was changed, added or removed, a planned one has begun, or the model, the prompt or the language is another.',
  })
  isStale(summary: LeadSummaryType, _args: object, context: object): Promise<boolean> {
    return this.staleSummaries.load(context, summary.leadId);
  }
}
