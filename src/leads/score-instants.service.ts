import { Injectable } from '@nestjs/common';
import { InvalidInputError, NotFoundError } from '../common/domain-error.js';
import { currentRequest } from '../common/request-context.js';
import { ContactHistoryLoader, type ContactHistoryKey } from './contact-history.loader.js';
import { scoreOf } from './scoring/activity-score.js';
import type { ContactHistory } from './scoring/contact-history.js';
import { explainScore, type ScoreBreakdown } from './scoring/score-breakdown.js';
import { instantBelow, type ScorePoint, scoreTimeline } from './scoring/score-timeline.js';

/** The maximum number of regular points of a timeline. */
export const MAX_POINTS = 500;

/** The maximum number of interactions and changes that one field reads: a hundred thousand take seconds. */
const MAX_EVENTS = 500;

/** The latest instant that the API can represent. */
const LAST_INSTANT = new Date('9999-12-31T23:59:59.999Z');

interface ScoreAtInstant {
  readonly at: Date;
  readonly score: number;
  readonly breakdown: ScoreBreakdown;
}

/**
 * Calculates scores of leads at any instant, with the budget and status of that time as they are known now.
 * The interactions are those up to the instant and those that were planned then. An interaction counts as planned from its recording
 * until its date. One query reads the data of all fields in a request.
 */
@Injectable()
export class ScoreInstantsService {
  constructor(private readonly histories: ContactHistoryLoader) {}

  /** Returns the score that a recalculation at the instant would store. @throws NOT_FOUND */
  async scoreAt(context: object, leadId: number, at: Date): Promise<ScoreAtInstant> {
    const { rules, lead, state } = await this.read(context, {
      leadId,
      at,
      isBefore: false,
      until: at,
      limit: null,
    });
    const { activityScore, breakdown } = scoreOf(rules, lead, state, at);
    const explained = explainScore(
      {
        ...lead,
        activityScore,
        scoreCalculatedAt: at,
        recencyPoints: breakdown.recency,
        engagementPoints: breakdown.engagement,
        budgetPoints: breakdown.budget,
        statusPoints: breakdown.status,
        fitPoints: breakdown.fit,
        lastContactAt: state.lastContactAt,
        nextContactAt: state.nextContactAt,
        meetingCount: state.counts.meeting,
        callCount: state.counts.call,
        emailCount: state.counts.email,
        outboundEmailCount: state.counts.outboundEmail,
      },
      rules,
    );
    if (explained === null) throw new Error('The breakdown does not add up to the score.');
    return { at, score: activityScore, breakdown: explained };
  }

  /** @throws BAD_USER_INPUT; NOT_FOUND */
  async timeline(
    context: object,
    leadId: number,
    { from, to, points }: { readonly from: Date; readonly to: Date; readonly points: number },
  ): Promise<ScorePoint[]> {
    if (from > to) throw new InvalidInputError('from must not be after to.');
    if (points < 1 || points > MAX_POINTS) {
      throw new InvalidInputError(`points must be a whole number from 1 to ${MAX_POINTS}.`);
    }
    const limit = MAX_EVENTS + 1;
    const history = await this.read(context, { leadId, at: from, isBefore: true, until: to, limit });
    if (history.interactions.length + history.leadChanges.length > MAX_EVENTS) {
      throw new InvalidInputError(
        `Lead ${leadId} has more than ${MAX_EVENTS} interactions and changes from ${from.toISOString()} to ${to.toISOString()}: choose a shorter range.`,
      );
    }
    const timeline = scoreTimeline(history, from, to, points);
    currentRequest()?.memory?.addObjects(timeline.length);
    return timeline;
  }

  /**
   * Returns the instant at which the score falls below a number, if only planned interactions follow; null:
   * never.
   * @throws BAD_USER_INPUT; NOT_FOUND
   */
  async fallsBelow(context: object, leadId: number, score: number): Promise<Date | null> {
    if (score < 0 || score > 100) throw new InvalidInputError('score must be a whole number from 0 to 100.');
    const limit = MAX_EVENTS + 1;
    const history = await this.read(context, {
      leadId,
      at: null,
      isBefore: false,
      until: LAST_INSTANT,
      limit,
    });
    if (history.interactions.length > MAX_EVENTS) {
      throw new InvalidInputError(`Lead ${leadId} has more than ${MAX_EVENTS} planned interactions.`);
    }
    return instantBelow(history, score, LAST_INSTANT);
  }

  private async read(context: object, key: ContactHistoryKey): Promise<ContactHistory> {
    const history = await this.histories.load(context, key);
    if (history === null) throw new NotFoundError('Lead', key.leadId);
    return history;
  }
}
