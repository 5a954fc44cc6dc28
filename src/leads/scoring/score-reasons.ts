import type { ScoreFactor } from './activity-score.js';

/** What is stored with a score, at the instant that it was measured. */
export interface ScoreFacts {
  readonly lastContactAt: Date | null;
  readonly meetingCount: number;
  readonly callCount: number;
  readonly emailCount: number;
  readonly budget: number | null;
  readonly status: string;
  readonly scoreCalculatedAt: Date;
}

const MS_AN_HOUR = 3_600_000;
const MS_A_DAY = 24 * MS_AN_HOUR;

const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });

/** British English, which lists "a, b and c" with no comma before the "and". */
const list = new Intl.ListFormat('en-GB', { type: 'conjunction' });

/**
 * Says in a few words why each factor of a score is what it is. From stored facts only and as of
 * `scoreCalculatedAt`, so that a reason never speaks of something that the points do not know yet.
 */
export function scoreReasons(facts: ScoreFacts): Record<ScoreFactor, string> {
  return {
    recency: recencyReason(facts),
    engagement: engagementReason(facts),
    budget: budgetReason(facts.budget),
    status: facts.status.trim() === '' ? 'no status known' : `status is ${facts.status}`,
  };
}

/** Whole hours and days, rounded down: no contact is told to be longer ago than it was. */
function recencyReason({ lastContactAt, scoreCalculatedAt }: ScoreFacts): string {
  if (lastContactAt === null) return 'no contact yet';
  const age = scoreCalculatedAt.getTime() - lastContactAt.getTime();
  if (age < MS_AN_HOUR) return 'last contact within the hour';
  if (age < MS_A_DAY) return `last contact ${counted(Math.floor(age / MS_AN_HOUR), 'hour')} ago`;
  return `last contact ${counted(Math.floor(age / MS_A_DAY), 'day')} ago`;
}

function engagementReason({ meetingCount, callCount, emailCount }: ScoreFacts): string {
  const kinds = [
    { count: meetingCount, noun: 'meeting' },
    { count: callCount, noun: 'call' },
    { count: emailCount, noun: 'email' },
  ].filter(({ count }) => count > 0);
  if (kinds.length === 0) return 'no interactions yet';
  return list.format(kinds.map(({ count, noun }) => counted(count, noun)));
}

/** What the formula takes for no budget is told as none. */
function budgetReason(budget: number | null): string {
  return budget !== null && budget > 0 ? `budget of ${number.format(budget)}` : 'no budget known';
}

function counted(count: number, noun: string): string {
  return `${number.format(count)} ${noun}${count === 1 ? '' : 's'}`;
}
