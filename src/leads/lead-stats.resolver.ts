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
import { ScoreSettings } from './scoring/score-settings.js';

/** Resolves statistics of leads. Each requested field runs its own query. */
@Resolver(() => LeadStats)
export class LeadStatsResolver {
  constructor(
    private readonly listing: LeadListingService,
    private readonly settings: ScoreSettings,
  ) {}

  @AllowedTo('viewer')
  @Query(() => LeadStats, { description: 'All leads in figures.' })
  leadStats(): LeadStats {
    return {};
  }

  @ResolveField(() => Int, { description: 'How many leads there are.' })
  totalCount(): Promise<number> {
    return this.listing.count({});
  }

  @ResolveField(() => [StatusCount], { description: 'By status, the most frequent first.' })
  byStatus(): Promise<StatusCount[]> {
    return this.listing.countByStatus();
  }

  @ResolveField(() => [SourceCount], { description: 'By source, the most frequent first.' })
  bySource(): Promise<SourceCount[]> {
    return this.listing.countBySource();
  }

  @ResolveField(() => [ScoreBandCount], { description: 'The open leads by score band, each of the bands.' })
  async byScoreBand(): Promise<ScoreBandCount[]> {
    return countByBand(await this.listing.countOpenByScore(), this.settings.bands);
  }

  @ResolveField(() => [ScoreBinType], { description: 'The scores in ten bins, each of them.' })
  async scoreHistogram(): Promise<ScoreBinType[]> {
    return histogram(await this.listing.countByScore());
  }

  @ResolveField(() => LeadAverages, { description: 'Averages.' })
  averages(): Promise<LeadAverages> {
    return this.listing.averages();
  }
}
