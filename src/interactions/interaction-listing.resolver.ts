import { Int, ResolveField, Resolver } from '@nestjs/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { FieldArgs } from '../graphql/field-args.js';
import { readForConnection } from '../graphql/selected-fields.js';
import { LeadType } from '../leads/dto/lead.type.js';
import { InteractionsConnectionArgs } from './dto/interactions-connection.args.js';
import { InteractionConnection } from './dto/interactions-connection.type.js';
import { InteractionCountLoader } from './interaction-count.loader.js';
import { InteractionListingService, type InteractionPage } from './interaction-listing.service.js';
import { InteractionPageLoader } from './interaction-page.loader.js';
import { columnsOfFields } from './interaction-record.js';

const readingFor = readForConnection(({ ofConnection, ofNodes }) => ({
  columns: columnsOfFields(ofNodes),
  isPlaced: ofConnection.has('edges') || ofConnection.has('pageInfo'),
}));

/** Resolves pages of the interactions of a lead. */
@Resolver(() => LeadType)
export class InteractionListingResolver {
  constructor(
    private readonly listing: InteractionListingService,
    private readonly pages: InteractionPageLoader,
  ) {}

  @ResolveField(() => InteractionConnection, {
    description:
      'The contacts with the lead in pages, newest first. Fails with BAD_USER_INPUT, also if a cursor belongs to another lead or filter.',
  })
  @FieldArgs(() => InteractionsConnectionArgs)
  interactionsConnection(
    { id: leadId }: LeadType,
    args: InteractionsConnectionArgs,
    context: object,
    info: GraphQLResolveInfo,
  ): Promise<InteractionPage> {
    const query = this.listing.queryOf(leadId, args);
    return this.pages.load(context, { leadId, query, reading: readingFor(info) });
  }
}

@Resolver(() => InteractionConnection)
export class InteractionCountResolver {
  constructor(private readonly counts: InteractionCountLoader) {}

  @ResolveField(() => Int, { description: 'The number of interactions on all pages.' })
  totalCount({ leadId, filter }: InteractionPage, _args: object, context: object): Promise<number> {
    return this.counts.load(context, { leadId, filter });
  }
}
