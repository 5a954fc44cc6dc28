import { Args, Context, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { PageArgs } from '../graphql/page.args.js';
import { LeadType } from '../leads/dto/lead.type.js';
import { InteractionConnection } from './dto/interactions-connection.type.js';
import { InteractionCountLoader } from './interaction-count.loader.js';
import { InteractionListingService } from './interaction-listing.service.js';
import { InteractionPageLoader } from './interaction-page.loader.js';

type PageOfLead = InteractionConnection & { readonly leadId: number };

/** The interactions of a lead in pages. */
@Resolver(() => LeadType)
export class InteractionListingResolver {
  constructor(
    private readonly listing: InteractionListingService,
    private readonly pages: InteractionPageLoader,
  ) {}

  @ResolveField(() => InteractionConnection, {
    description:
      'The contacts with the lead in pages, newest first. Fails with BAD_USER_INPUT, also where a cursor is of another lead.',
  })
  async interactionsConnection(
    @Parent() { id: leadId }: LeadType,
    @Args() args: PageArgs,
    @Context() context: object,
  ): Promise<PageOfLead> {
    const page = await this.pages.load(context, { leadId, window: this.listing.windowOf(leadId, args) });
    return { ...page, leadId };
  }
}

@Resolver(() => InteractionConnection)
export class InteractionCountResolver {
  constructor(private readonly counts: InteractionCountLoader) {}

  @ResolveField(() => Int, { description: 'How many interactions the lead has, on all pages.' })
  totalCount(@Parent() { leadId }: PageOfLead, @Context() context: object): Promise<number> {
    return this.counts.load(context, leadId);
  }
}
