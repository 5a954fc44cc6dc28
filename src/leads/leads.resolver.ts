import { AllowedTo } from '../access/allowed-to.js';
import {
  Args,
  Context,
  Info,
  Int,
  Mutation,
  Query,
  ResolveField,
  Resolver,
  ResolveReference,
} from '@nestjs/graphql';
import { parseRecordId } from '../common/record-id.js';
import { Costs, ListOf, RateLimited } from '../graphql/limits/field-extensions.js';
import { readForList } from '../graphql/selected-fields.js';
import type { GraphQLResolveInfo } from 'graphql';
import { withClientAbortSignal } from '../graphql/client-abort-signal.js';
import { CreateLeadInput } from './dto/create-lead.input.js';
import { LeadByExternalIdArgs } from './dto/lead-by-external-id.args.js';
import { LeadSummaryType } from '../summaries/dto/lead-summary.type.js';
import { LeadType } from './dto/lead.type.js';
import { UpdateLeadInput } from './dto/update-lead.input.js';
import type { Lead } from './lead.model.js';
import { columnsOfFields } from './lead-field-columns.js';
import type { PartOfLead } from './lead-record.js';
import { LeadLoader } from './lead.loader.js';
import { LeadsService } from './leads.service.js';
import { StaleScoreLoader } from './stale-score.loader.js';
import { AISummaryService } from '../summaries/ai-summary.service.js';
import { SummaryDetailLoader } from '../summaries/summary-detail.loader.js';

const columnsFor = readForList(columnsOfFields);

@Resolver(() => LeadType)
export class LeadsResolver {
  constructor(
    private readonly leads: LeadsService,
    private readonly summaries: AISummaryService,
    private readonly loader: LeadLoader,
    private readonly staleScores: StaleScoreLoader,
    private readonly summaryDetails: SummaryDetailLoader,
  ) {}

  @AllowedTo('viewer')
  @ListOf('leads')
  @Query(() => [LeadType], {
    name: 'leads',
    description:
      'All leads, oldest first. Fails with LIST_TOO_LONG if there are more leads than the setting LEADS_LIST_LIMIT allows. `leadsConnection` returns pages instead.',
  })
  findAll(@Info() info: GraphQLResolveInfo): Promise<PartOfLead[]> {
    return this.leads.findAll(columnsFor(info));
  }

  @AllowedTo('viewer')
  @Query(() => LeadType, {
    name: 'lead',
    nullable: true,
    description: 'One lead. Null if it does not exist.',
  })
  findOne(
    @Args('id', { type: () => Int, description: 'The id of the lead.' }) id: number,
  ): Promise<Lead | null> {
    return this.leads.findById(id);
  }

  @AllowedTo('viewer')
  @Query(() => LeadType, {
    name: 'leadByExternalId',
    nullable: true,
    description: 'The lead with this id in another system. Null if it does not exist.',
  })
  findByExternalId(@Args() args: LeadByExternalIdArgs): Promise<Lead | null> {
    return this.leads.findByExternalId(args);
  }

  @AllowedTo('rep')
  @Mutation(() => LeadType, {
    description:
      'Creates a lead and calculates its score. Fails with CONFLICT if another lead has the e-mail address or the external id.',
  })
  createLead(
    @Args('createLeadInput', { description: 'The new lead.' }) input: CreateLeadInput,
  ): Promise<Lead> {
    return this.leads.create(input);
  }

  @AllowedTo('rep')
  @Mutation(() => LeadType, {
    description:
      'Changes a lead. Recalculates its score if the input contains the budget or the status. Fails with NOT_FOUND, or with CONFLICT if another lead has the e-mail address or the external id.',
  })
  updateLead(
    @Args('updateLeadInput', { description: 'The id of the lead, and the changes.' }) input: UpdateLeadInput,
  ): Promise<Lead> {
    return this.leads.update(input);
  }

  @AllowedTo('rep')
  @Mutation(() => Boolean, {
    description: 'Removes a lead and its interactions, and returns true. Fails with NOT_FOUND.',
  })
  async removeLead(
    @Args('id', { type: () => Int, description: 'The id of the lead.' }) id: number,
  ): Promise<boolean> {
    await this.leads.remove(id);
    return true;
  }

  @AllowedTo('rep')
  @Costs(1_000)
  @RateLimited('summary')
  @Mutation(() => LeadType, {
    description:
      'Recalculates the score of a lead and writes its summary again. Keeps the summary if a model has already written one of the same facts, to avoid paying twice. If the summary cannot be written, it fails with a code that begins with SUMMARY_; the new score and the old summary are kept.',
  })
  regenerateSummary(
    @Args('id', { type: () => Int, description: 'The id of the lead.' }) id: number,
    @Args('force', {
      type: () => Boolean,
      defaultValue: false,
      description: 'Whether to call the model even if the facts have not changed.',
    })
    force: boolean,
    @Context() context: object,
  ): Promise<Lead> {
    return withClientAbortSignal(context, (signal) =>
      this.summaries.regenerate(id, { isForced: force, signal }),
    );
  }

  @ResolveField(() => LeadSummaryType, {
    nullable: true,
    description:
      'The structured form and the origin of `summary`. Null if there is no summary, or if the version that wrote it did not store this.',
  })
  async summaryDetail(lead: PartOfLead, _args: object, context: object): Promise<LeadSummaryType | null> {
    const detail = await this.summaryDetails.load(context, lead.id);
    return detail === null ? null : { ...detail, source: lead.summarySource ?? 'model' };
  }

  @ResolveField(() => Boolean, {
    description:
      'Whether a recalculation now would store a different score. True if the score was never calculated, or if its time is in the future.',
  })
  isScoreStale(lead: PartOfLead, _args: object, context: object): Promise<boolean> {
    return this.staleScores.load(context, lead.id);
  }

  @ResolveReference()
  resolveReference({ id }: { id: unknown }, context: object): Promise<PartOfLead | null> {
    // A gateway may send any JSON.
    const leadId = typeof id === 'string' || typeof id === 'number' ? parseRecordId(String(id)) : null;
    return leadId === null ? Promise.resolve(null) : this.loader.load(context, leadId);
  }
}
