import { AllowedTo } from '../access/allowed-to.js';
import { Args, Info, Int, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import type { Page } from '../common/page-window.js';
import { readForConnection } from '../graphql/selected-fields.js';
import { LeadsConnectionArgs } from './dto/leads-connection.args.js';
import { LeadConnection } from './dto/leads-connection.type.js';
import { columnsOfFields } from './lead-field-columns.js';
import type { PartOfLead } from './lead-record.js';
import type { LeadFilter } from './listing/lead-filter.js';
import { LeadListingService } from './listing/lead-listing.service.js';
import type { LeadOrder } from './listing/lead-order.js';

/** By default the most promising leads come first. */
const DEFAULT_ORDER: LeadOrder = { field: 'score', direction: 'desc' };

const columnsFor = readForConnection(({ ofNodes }) => columnsOfFields(ofNodes));

type FilteredPage = Page<PartOfLead> & { readonly filter: LeadFilter };

/** Resolves pages of leads. */
@Resolver(() => LeadConnection)
export class LeadListingResolver {
  constructor(private readonly listing: LeadListingService) {}

  @AllowedTo('viewer')
  @Query(() => LeadConnection, {
    description:
      'Leads in pages, filtered and sorted. All pages cost the same. Cursors stay valid if leads are added, removed or changed. Fails with BAD_USER_INPUT, also if a cursor belongs to another filter or order.',
  })
  async leadsConnection(
    @Args() { filter, orderBy, ...args }: LeadsConnectionArgs,
    @Info() info: GraphQLResolveInfo,
  ): Promise<FilteredPage> {
    const page = await this.listing.findPage(args, filter ?? {}, orderBy ?? DEFAULT_ORDER, columnsFor(info));
    return Object.assign(page, { filter: filter ?? {} });
  }

  @ResolveField(() => Int, {
    description:
      'The number of leads on all pages. Counting many leads takes time: request it once, not on every page.',
  })
  totalCount({ filter }: FilteredPage): Promise<number> {
    return this.listing.count(filter);
  }
}
