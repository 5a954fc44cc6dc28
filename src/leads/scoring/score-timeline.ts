import { scoreOf, type ScoredLead } from './activity-score.js';
import type { ScoringRules } from './scoring-rules.js';
import type { ContactState } from './contact-state.js';
import {
  type ContactHistory,
  type DatedInteraction,
  type LeadChange,
  type QuietTime,
  quietTimes,
} from './contact-history.js';

export interface ScorePoint {
  readonly at: Date;
  /** The score immediately before the instant. It differs from `after` if the score jumps. */
  readonly before: number;
  /** The score at the instant and immediately after it. */
  readonly after: number;
  /** The interaction that takes place at the instant; null: none does, or the lead changes. */
  readonly interaction: DatedInteraction | null;
}

/**
 * Returns the scores of a lead over a range, in order: at regular instants, at each interaction, at each
 * change of the budget or the status, and when a planned contact enters the horizon.
 * @param history begins before `from`, and contains the interactions and the changes up to `to`
 * @param count the number of regular instants, at least 1
 */
export function scoreTimeline(history: ContactHistory, from: Date, to: Date, count: number): ScorePoint[] {
  const instants = regularInstants(from.getTime(), to.getTime(), count);
  const points: ScorePoint[] = [];
  let next = 0;
  for (const time of quietTimes(history, to.getTime() + 1)) {
    const hasJump = time.start >= from.getTime() && !isUnrelatedChange(time);
    if (hasJump) points.push(jump(history.rules, time));
    for (let at = instants[next]; at !== undefined && at < time.end; at = instants[++next]) {
      if (hasJump && at === time.start) continue;
      const score = scoreAt(history.rules, time.lead, time.state, at);
      points.push({ at: new Date(at), before: score, after: score, interaction: null });
    }
  }
  return points;
}

function jump(rules: ScoringRules, { start, lead, state, beginning }: QuietTime): ScorePoint {
  return {
    at: new Date(start),
    before: scoreAt(rules, beginning.leadBefore, beginning.stateBefore, start),
    after: scoreAt(rules, lead, state, start),
    interaction: beginning.interaction,
  };
}

/** Whether a period begins with a change of something that the score does not depend on. */
const isUnrelatedChange = ({ lead, beginning: { change, leadBefore } }: QuietTime): boolean =>
  change !== null &&
  lead.status === leadBefore.status &&
  lead.budget === leadBefore.budget &&
  lead.fit === leadBefore.fit;

/** An interaction or a change of the lead, with the scores immediately before and after it. */
export interface ScoreJump {
  readonly before: number;
  readonly after: number;
  /** Null: it is a change. */
  readonly interaction: DatedInteraction | null;
  /** Null: it is an interaction. */
  readonly change: LeadChange | null;
}

/** Returns the scores around each interaction and each change of the lead, up to an instant, in order. */
export function scoreJumps(history: ContactHistory, end: Date): ScoreJump[] {
  return [...quietTimes(history, end.getTime() + 1)]
    .filter(({ beginning: { interaction, change } }) => interaction !== null || change !== null)
    .map((time) => ({ ...jump(history.rules, time), change: time.beginning.change }));
}

/** Returns equidistant instants including both ends, without duplicates. */
function regularInstants(from: number, to: number, count: number): number[] {
  const step = count > 1 ? (to - from) / (count - 1) : 0;
  return [...new Set(Array.from({ length: count }, (_, index) => Math.round(from + index * step)))];
}

/**
 * Returns the first instant, in whole milliseconds, at which the score falls below a number, if only planned
 * interactions follow; null: never.
 * @param history begins now, so it contains no changes of the lead, and contains all planned interactions
 * @param end the inclusive end of the search
 */
export function instantBelow(history: ContactHistory, score: number, end: Date): Date | null {
  for (const { start, end: next, lead, state } of quietTimes(history, end.getTime() + 1)) {
    const isBelow = (at: number) => scoreAt(history.rules, lead, state, at) < score;
    // The score cannot fall at the boundary of two quiet periods.
    if (start < next && !isBelow(start) && isBelow(next - 1))
      return new Date(firstOf(isBelow, start, next - 1));
  }
  return null;
}

/**
 * Finds the first number that meets a condition, by bisection.
 * @param low does not meet the condition
 * @param high meets the condition
 */
function firstOf(isTrue: (value: number) => boolean, low: number, high: number): number {
  let [before, found] = [low, high];
  while (found - before > 1) {
    const middle = Math.floor((before + found) / 2);
    if (isTrue(middle)) found = middle;
    else before = middle;
  }
  return found;
}

const scoreAt = (rules: ScoringRules, lead: ScoredLead, state: ContactState, at: number): number =>
  scoreOf(rules, lead, state, new Date(at)).activityScore;
