import { AllowedTo } from '../access/allowed-to.js';
import { Int, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  LeadAverages,
  LeadStats,
  ScoreBandCount,
  ScoreBinType,
  SourceCount,
  StatusCount,
} from './dto/lead-stats.type.js';
import { LeadListingService } from './listing/lead-listing.service.js';
import { countByBand, histogram } from './listing/score-distribution.js';
import { ScoringRulesStore } from './scoring/scoring-rules.store.js';

/** Resolves statistics of leads. Each requested field runs its own query. */
@Resolver(() => LeadStats)
export class LeadStatsResolver {
  constructor(
    private readonly listing: LeadListingService,
    private readonly rules: ScoringRulesStore,
  ) {}

  @AllowedTo('viewer')
  @Query(() => LeadStats, { description: 'Statistics over all leads.' })
  leadStats(): LeadStats {
    return {};
  }

  @ResolveField(() => Int, { description: 'The number of leads.' })
  totalCount(): Promise<number> {
    return this.listing.count({});
  }

  @ResolveField(() => [StatusCount], { description: 'Leads by status, the most frequent status first.' })
  byStatus(): Promise<StatusCount[]> {
    return this.listing.countByStatus();
  }

  @ResolveField(() => [SourceCount], { description: 'Leads by source, the most frequent source first.' })
  bySource(): Promise<SourceCount[]> {
    return this.listing.countBySource();
  }

  @ResolveField(() => [ScoreBandCount], { description: 'Open leads by score band, including empty bands.' })
  async byScoreBand(): Promise<ScoreBandCount[]> {
    const { rules } = await this.rules.inForce();
    return countByBand(await this.listing.countOpenByScore(), rules.bands);
  }

  @ResolveField(() => [ScoreBinType], {
    description: 'The distribution of scores in ten bins, including empty bins.',
  })
  async scoreHistogram(): Promise<ScoreBinType[]> {
    return histogram(await this.listing.countByScore());
  }

  @ResolveField(() => LeadAverages, { description: 'Averages over all leads.' })
  averages(): Promise<LeadAverages> {
    return this.listing.averages();
  }
}
