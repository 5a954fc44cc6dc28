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
      'Leads in pages, filtered and ordered. A page costs the same wherever it stands, and cursors hold while leads come, go and change. Fails with BAD_USER_INPUT, also where a cursor is of another filter or order.',
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
      'How many leads there are on all pages. Counting many takes time: ask for it once, not on every page.',
  })
  totalCount({ filter }: FilteredPage): Promise<number> {
    return this.listing.count(filter);
  }
}
