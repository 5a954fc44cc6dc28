import { ResolveField, Resolver } from '@nestjs/graphql';
import { FieldArgs } from '../graphql/field-args.js';
import { Costs, SizedBy } from '../graphql/limits/field-extensions.js';
import { LeadType } from './dto/lead.type.js';
import { ScoreBreakdownType } from './dto/score-breakdown.type.js';
import { ScoreBandEnum } from './dto/score-band.enum.js';
import {
  DEFAULT_POINTS,
  ScoreAtArgs,
  ScoreAtInstantType,
  ScoreFallsBelowArgs,
  ScorePointType,
  ScoreTimelineArgs,
} from './dto/score-instants.type.js';
import type { LeadRecord, PartOfLead } from './lead-record.js';
import { isOpen } from './lead-status.js';
import { MAX_POINTS, ScoreInstantsService } from './score-instants.service.js';
import { explainScore } from './scoring/score-breakdown.js';
import { bandOf, type ScoreBand } from './scoring/score-band.js';
import { ScoringRulesStore } from './scoring/scoring-rules.store.js';

/** The query cost of a field that reads the interactions of the lead, in objects. */
const HISTORY_COST = 10;

/** Resolves the fields that are derived from a score: its band, and the score at other instants. */
@Resolver(() => LeadType)
export class LeadScoreResolver {
  constructor(
    private readonly instants: ScoreInstantsService,
    private readonly rules: ScoringRulesStore,
  ) {}

  @ResolveField(() => Boolean, {
    description: 'Whether the lead is open: its status is neither won nor lost.',
  })
  isOpen({ status }: Pick<LeadRecord, 'status'>): boolean {
    return isOpen(status);
  }

  @ResolveField(() => ScoreBandEnum, {
    nullable: true,
    description: 'HOT, WARM or COLD. Null if the lead is closed, or if its score was never calculated.',
  })
  async scoreBand({
    status,
    activityScore,
  }: Pick<LeadRecord, 'status' | 'activityScore'>): Promise<ScoreBand | null> {
    if (!isOpen(status) || activityScore === null) return null;
    return bandOf(activityScore, (await this.rules.inForce()).rules.bands);
  }

  @ResolveField(() => ScoreBreakdownType, {
    nullable: true,
    description:
      'The reasons for the score, as of `scoreCalculatedAt`. Null if the score was never calculated, or if the version that calculated it did not store this. In that case recalculate the score.',
  })
  async scoreBreakdown(lead: LeadRecord): Promise<ScoreBreakdownType | null> {
    return explainScore(lead, await this.rules.ofVersion(lead.rulesVersion));
  }

  @Costs(HISTORY_COST)
  @ResolveField(() => ScoreAtInstantType, {
    description:
      'The score that a recalculation at this instant stores, with the budget, the status and the details of that time. A future score has the current ones. It counts the interactions up to the instant, each from the first whole millisecond at or after its date. A later contact counts as planned if it was recorded by the instant. A future score assumes no further contact, except planned interactions.',
  })
  @FieldArgs(() => ScoreAtArgs)
  scoreAt({ id }: PartOfLead, { at }: ScoreAtArgs, context: object): Promise<ScoreAtInstantType> {
    return this.instants.scoreAt(context, id, at);
  }

  @Costs(HISTORY_COST)
  @SizedBy('points', { standard: DEFAULT_POINTS, max: MAX_POINTS })
  @ResolveField(() => [ScorePointType], {
    // Nullable, so that one lead with too many interactions does not fail a whole list.
    nullable: true,
    description:
      'The score over time, past and future, in chronological order. It contains regular points, a point for each interaction, a point for each change of the lead that scoring rules may compare, and a point for each instant at which a planned contact makes recency full. Scores are those of `scoreAt`. Null, with the error BAD_USER_INPUT, if the range has more than 500 interactions and changes.',
  })
  @FieldArgs(() => ScoreTimelineArgs)
  async scoreTimeline(
    { id }: PartOfLead,
    { from, to, points }: ScoreTimelineArgs,
    context: object,
  ): Promise<ScorePointType[]> {
    const args = { from, to, points: points ?? DEFAULT_POINTS };
    const timeline = await this.instants.timeline(context, id, args);
    return timeline.map(({ at, before, after, interaction }) => ({
      at,
      score: after,
      before,
      after,
      interactionId: interaction?.id ?? null,
    }));
  }

  @Costs(HISTORY_COST)
  @ResolveField(() => Date, {
    nullable: true,
    description:
      'The instant at which the score falls below this number from at least this number. It assumes no further contact, except planned interactions. Null: the score never falls below it. Fails with BAD_USER_INPUT if the lead has more than 500 planned interactions.',
  })
  @FieldArgs(() => ScoreFallsBelowArgs)
  scoreFallsBelow({ id }: PartOfLead, { score }: ScoreFallsBelowArgs, context: object): Promise<Date | null> {
    return this.instants.fallsBelow(context, id, score);
  }
}
