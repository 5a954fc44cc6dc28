import { ResolveField, Resolver } from '@nestjs/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { FieldArgs } from '../../graphql/field-args.js';
import { Costs } from '../../graphql/limits/field-extensions.js';
import { readForConnection } from '../../graphql/selected-fields.js';
import { LeadType } from '../dto/lead.type.js';
import type { PartOfLead } from '../lead-record.js';
import { LeadHistoryArgs, LeadHistoryConnection } from './dto/lead-history-entry.type.js';
import { LeadHistoryService } from './lead-history.service.js';

/** The query cost of reading the interactions and changes that the scores depend on, in objects. */
const HISTORY_COST = 10;

const readingFor = readForConnection(({ ofNodes }) => ({
  hasScores: ofNodes.has('scoreBefore') || ofNodes.has('scoreAfter'),
}));

/** Resolves pages of the history of a lead. */
@Resolver(() => LeadType)
export class LeadHistoryResolver {
  constructor(private readonly service: LeadHistoryService) {}

  @Costs(HISTORY_COST)
  @ResolveField(() => LeadHistoryConnection, {
    description:
      'The changes of the lead and its past interactions in pages, newest first, with the scores before and after each. Fails with BAD_USER_INPUT, also if a cursor belongs to another lead.',
  })
  @FieldArgs(() => LeadHistoryArgs)
  history(
    { id: leadId }: PartOfLead,
    args: LeadHistoryArgs,
    context: object,
    info: GraphQLResolveInfo,
  ): ReturnType<LeadHistoryService['page']> {
    return this.service.page(context, leadId, args, readingFor(info).hasScores);
  }
}
