import { scoreOf } from './activity-score.js';
import { type ContactHistory, type DatedInteraction, type QuietTime, quietTimes } from './contact-history.js';
import type { ContactState } from './contact-state.js';

export interface ScorePoint {
  readonly at: Date;
  /** Immediately before the instant; differs from `after` if the score jumps. */
  readonly before: number;
  /** At the instant, and immediately after it. */
  readonly after: number;
  /** The interaction that takes place at the instant. */
  readonly interaction: DatedInteraction | null;
}

/**
 * The scores of a lead over a range of instants, in order: at regular instants, at each interaction, and whenever a planned
 * contact comes within the horizon.
 * @param history begins before `from`, and has the interactions up to `to`
 * @param count of the regular instants, at least 1
 */
export function scoreTimeline(history: ContactHistory, from: Date, to: Date, count: number): ScorePoint[] {
  const instants = regularInstants(from.getTime(), to.getTime(), count);
  const points: ScorePoint[] = [];
  let next = 0;
  for (const time of quietTimes(history, to.getTime() + 1)) {
    if (time.start >= from.getTime()) points.push(jump(history, time));
    for (let at = instants[next]; at !== undefined && at < time.end; at = instants[++next]) {
      if (at === time.start) continue;
      const score = scoreAt(history, time.state, at);
      points.push({ at: new Date(at), before: score, after: score, interaction: null });
    }
  }
  return points;
}

function jump(history: ContactHistory, { start, state, beginning }: QuietTime): ScorePoint {
  return {
    at: new Date(start),
    before: scoreAt(history, beginning.stateBefore, start),
    after: scoreAt(history, state, start),
    interaction: beginning.interaction,
  };
}

/** Both ends, and the others at equal distances; without duplicates. */
function regularInstants(from: number, to: number, count: number): number[] {
  const step = count > 1 ? (to - from) / (count - 1) : 0;
  return [...new Set(Array.from({ length: count }, (_, index) => Math.round(from + index * step)))];
}

/**
 * The first instant, to the millisecond, at which the score falls from at least a number to below it, if nothing happens
 * but the planned interactions; null: never.
 * @param history has all planned interactions
 * @param end of the time to search, included
 */
export function instantBelow(history: ContactHistory, score: number, end: Date): Date | null {
  for (const { start, end: next, state } of quietTimes(history, end.getTime() + 1)) {
    const isBelow = (at: number) => scoreAt(history, state, at) < score;
    // It never falls between two quiet times.
    if (start < next && !isBelow(start) && isBelow(next - 1))
      return new Date(firstOf(isBelow, start, next - 1));
  }
  return null;
}

/** Bisects for the first number for which a condition holds. @param low it does not hold for this one @param high for this one it does */
function firstOf(isTrue: (value: number) => boolean, low: number, high: number): number {
  let [before, found] = [low, high];
  while (found - before > 1) {
    const middle = Math.floor((before + found) / 2);
    if (isTrue(middle)) found = middle;
    else before = middle;
  }
  return found;
}

const scoreAt = ({ lead }: ContactHistory, state: ContactState, at: number): number =>
  scoreOf(lead, state, new Date(at)).activityScore;
