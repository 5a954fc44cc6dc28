import { Args, ID, Info, Int, Mutation, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { AllowedTo } from '../access/allowed-to.js';
import { callerNameOfRecord } from '../common/caller-name.js';
import { recordIdOf } from '../common/record-id.js';
import { withOwnTimeLimit } from '../common/request-time.js';
import { TimeSettings } from '../config/time-settings.js';
import { Costs, RateLimited } from '../graphql/limits/field-extensions.js';
import { readForList } from '../graphql/selected-fields.js';
import { LeadLoader } from '../leads/lead.loader.js';
import type { LeadRecord } from '../leads/lead-record.js';
import { RecalculateScoresResult } from '../recalculation/dto/recalculate-scores.result.js';
import { ScoreMover, ScoringRulesPreview } from './dto/rules-preview.type.js';
import {
  PublishScoringRulesResult,
  ScoringRulesConnection,
  ScoringRulesOverview,
  ScoringRulesRecordType,
} from './dto/scoring-rules-record.type.js';
import { ScoringRulesType } from './dto/scoring-rules.types.js';
import {
  DEFAULT_SAMPLE,
  type Mover,
  type RulesPreview,
  RulesPreviewService,
} from './rules-preview.service.js';
import { type Publication, ScoringRulesService } from './scoring-rules.service.js';

/** Which parts of a preview are requested. */
const partsOf = readForList((fields) => ({ isWithQuality: fields.has('quality') }));

@Resolver(() => ScoringRulesOverview)
export class ScoringRulesResolver {
  constructor(
    private readonly service: ScoringRulesService,
    private readonly previews: RulesPreviewService,
    private readonly times: TimeSettings,
  ) {}

  @AllowedTo('admin')
  @Query(() => ScoringRulesOverview, {
    description: 'The scoring rules: the version in force, the drafts, and earlier versions.',
  })
  scoringRules(): ScoringRulesOverview {
    return {};
  }

  @ResolveField(() => ScoringRulesRecordType, { description: 'The rules in force.' })
  current(): Promise<ScoringRulesRecordType> {
    return this.service.current();
  }

  @ResolveField(() => [ScoringRulesRecordType], {
    description: 'All drafts, the latest first. There are at most 100.',
  })
  drafts(): Promise<ScoringRulesRecordType[]> {
    return this.service.drafts();
  }

  @ResolveField(() => ScoringRulesConnection, { description: 'Published versions, the latest first.' })
  history(
    @Args('first', { type: () => Int, defaultValue: 20, description: 'The page size, 1 to 100.' })
    first: number,
    @Args('after', {
      type: () => String,
      nullable: true,
      description: 'Return only versions after this cursor.',
    })
    after: string | null = null,
  ): Promise<ScoringRulesConnection> {
    return this.service.versions(first, after);
  }

  @AllowedTo('admin')
  @Costs(10_000)
  @RateLimited('bulk')
  @Query(() => ScoringRulesPreview, {
    description:
      'What new scoring rules would change: every lead is scored with the rules in force and with the new ones, as of one instant. Nothing is written. Publishing the same rules stores the same scores, apart from what time changes. Fails with SCORING_RULES_INVALID.',
  })
  previewScoringRules(
    @Args('rules', { type: () => ScoringRulesType, description: 'The new rules.' }) rules: ScoringRulesType,
    @Args('sample', {
      type: () => Int,
      defaultValue: DEFAULT_SAMPLE,
      description:
        'The number of leads that the backtest examines, 1 to 50000. They are always the same ones.',
    })
    sample: number,
    @Info() info: GraphQLResolveInfo,
  ): Promise<RulesPreview> {
    const { isWithQuality } = partsOf(info);
    return withOwnTimeLimit(this.times.recalculationMs, (signal) =>
      this.previews.preview(rules, isWithQuality ? sample : null, signal),
    );
  }

  @AllowedTo('admin')
  @Mutation(() => ScoringRulesRecordType, {
    description:
      'Saves a draft of the scoring rules. Fails with SCORING_RULES_INVALID, whose `problems` name every violated rule by path; with NOT_FOUND; or with CONFLICT if the rules are published.',
  })
  saveScoringRulesDraft(
    @Args('rules', { type: () => ScoringRulesType, description: 'The rules.' }) rules: ScoringRulesType,
    @Args('note', {
      type: () => String,
      defaultValue: '',
      description: 'What changes and why. At most 1000 characters.',
    })
    note: string,
    @Args('id', {
      type: () => ID,
      nullable: true,
      description: 'The draft to replace. Absent: a new draft.',
    })
    id: string | null = null,
  ): Promise<ScoringRulesRecordType> {
    return this.service.saveDraft(rules, note, id === null ? null : recordIdOf(id), callerNameOfRecord());
  }

  @AllowedTo('admin')
  @Mutation(() => Boolean, {
    description:
      'Deletes a draft, and returns true. Fails with NOT_FOUND, or with CONFLICT if the rules are published.',
  })
  async deleteScoringRulesDraft(
    @Args('id', { type: () => ID, description: 'The id of the draft.' }) id: string,
  ): Promise<boolean> {
    await this.service.deleteDraft(recordIdOf(id), callerNameOfRecord());
    return true;
  }

  @AllowedTo('admin')
  @Costs(10_000)
  @RateLimited('bulk')
  @Mutation(() => PublishScoringRulesResult, {
    description:
      'Puts a draft in force and recalculates every score with it, in one transaction. Returns when the recalculation has ended. Its record, progress and cancellation are those of any recalculation. If it is cancelled or fails, the previous rules stay in force. Fails with NOT_FOUND, CONFLICT, or the errors of `recalculateAllScores`.',
  })
  publishScoringRules(
    @Args('id', { type: () => ID, description: 'The id of the draft.' }) id: string,
  ): Promise<PublishScoringRulesResult> {
    return this.publishing((signal) =>
      this.service.publish(recordIdOf(id), callerNameOfRecord(), { trigger: 'api', signal }),
    );
  }

  @AllowedTo('admin')
  @Costs(10_000)
  @RateLimited('bulk')
  @Mutation(() => PublishScoringRulesResult, {
    description:
      'Publishes an earlier version again, as a new version. Fails with NOT_FOUND, with CONFLICT if the version is in force, or with the errors of `publishScoringRules`.',
  })
  revertScoringRules(
    @Args('version', {
      type: () => Int,
      nullable: true,
      description: 'The version. Absent: the one before the current version.',
    })
    version: number | null = null,
  ): Promise<PublishScoringRulesResult> {
    return this.publishing((signal) =>
      this.service.revert(version, callerNameOfRecord(), { trigger: 'api', signal }),
    );
  }

  private async publishing(
    publish: (signal: AbortSignal) => Promise<Publication>,
  ): Promise<PublishScoringRulesResult> {
    const { rules, recalculation } = await withOwnTimeLimit(this.times.recalculationMs, publish);
    return { rules, recalculation: RecalculateScoresResult.of(recalculation) };
  }
}

@Resolver(() => ScoreMover)
export class ScoreMoverResolver {
  constructor(private readonly leads: LeadLoader) {}

  @ResolveField()
  lead({ leadId }: Mover, _args: object, context: object): Promise<LeadRecord | null> {
    return this.leads.load(context, leadId);
  }
}
