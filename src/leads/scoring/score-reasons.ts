import { isLost } from '../lead-status.js';
import type { ScoreFactor } from './activity-score.js';
import type { FitCriterion, FitField, ScoringRules } from './scoring-rules.js';

/** The values that are stored with a score, as of its instant. */
export interface ScoreFacts {
  readonly lastContactAt: Date | null;
  /** The earliest planned contact. */
  readonly nextContactAt: Date | null;
  readonly meetingCount: number;
  readonly callCount: number;
  /** Excludes outbound e-mails. */
  readonly emailCount: number;
  readonly outboundEmailCount: number;
  readonly budget: number | null;
  readonly status: string;
  /** Bit n is set if the fit criterion at index n matches. */
  readonly fitMatches: bigint;
  readonly scoreCalculatedAt: Date;
}

const MS_AN_HOUR = 3_600_000;
const MS_A_DAY = 24 * MS_AN_HOUR;

const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });

/** British English formats lists as "a, b and c", without a comma before "and". */
const list = new Intl.ListFormat('en-GB', { type: 'conjunction' });

const LOST = 'closed as lost';

/**
 * Returns a short reason for the points of each factor. It uses only stored values as of `scoreCalculatedAt`,
 * so that a reason never mentions facts that the points do not include.
 */
export function scoreReasons(facts: ScoreFacts, rules: ScoringRules): Record<ScoreFactor, string> {
  if (rules.lostScoresZero && isLost(facts.status)) {
    return { recency: LOST, engagement: LOST, budget: LOST, status: LOST, fit: LOST };
  }
  return {
    recency: recencyReason(facts, rules.recency.horizonDays),
    engagement: engagementReason(facts),
    budget: budgetReason(facts.budget),
    status: facts.status.trim() === '' ? 'no status known' : `status is ${facts.status}`,
    fit: fitReason(facts.fitMatches, rules.fit.criteria),
  };
}

/** A planned contact within the horizon makes recency full, so it takes precedence over past contacts. */
function recencyReason(
  { lastContactAt, nextContactAt, scoreCalculatedAt }: ScoreFacts,
  horizonDays: number,
): string {
  const ahead = nextContactAt === null ? Infinity : nextContactAt.getTime() - scoreCalculatedAt.getTime();
  if (ahead <= horizonDays * MS_A_DAY) {
    return ahead < MS_AN_HOUR ? 'contact planned within the hour' : `contact planned in ${duration(ahead)}`;
  }
  if (lastContactAt === null) return 'no contact yet';
  const age = scoreCalculatedAt.getTime() - lastContactAt.getTime();
  return age < MS_AN_HOUR ? 'last contact within the hour' : `last contact ${duration(age)} ago`;
}

/** Formats whole hours and days, rounded down, so that a reason never overstates the time to a contact. */
function duration(ms: number): string {
  return ms < MS_A_DAY
    ? counted(Math.floor(ms / MS_AN_HOUR), 'hour')
    : counted(Math.floor(ms / MS_A_DAY), 'day');
}

/** Lists outbound e-mails separately, because they weigh less than contacts. */
function engagementReason(facts: ScoreFacts): string {
  const contacts = mentioned([
    { count: facts.meetingCount, noun: 'meeting' },
    { count: facts.callCount, noun: 'call' },
    { count: facts.emailCount, noun: 'email' },
  ]);
  const outbound = mentioned([{ count: facts.outboundEmailCount, noun: 'outbound email' }]);
  const groups = [list.format(contacts), ...outbound].filter((group) => group !== '');
  return groups.length === 0 ? 'no interactions yet' : groups.join(', ');
}

const mentioned = (kinds: readonly { readonly count: number; readonly noun: string }[]): string[] =>
  kinds.filter(({ count }) => count > 0).map(({ count, noun }) => counted(count, noun));

/** A budget that the formula ignores is reported as unknown. */
function budgetReason(budget: number | null): string {
  return budget !== null && budget > 0 ? `budget of ${number.format(budget)}` : 'no budget known';
}

const FIELD_NAMES: Readonly<Record<FitField, string>> = {
  SOURCE: 'source',
  COMPANY: 'company',
  LOCATION: 'location',
  EMAIL_DOMAIN: 'e-mail domain',
  STATUS: 'status',
  BUDGET: 'budget',
};

/** Lists the criteria that match, with their points: "source is website (+5), no budget (-3)". */
function fitReason(matches: bigint, criteria: readonly FitCriterion[]): string {
  const matching = criteria.filter((_, index) => ((matches >> BigInt(index)) & 1n) === 1n);
  return matching.length === 0
    ? 'no criterion matches'
    : matching.map((one) => `${criterionText(one)} (${one.points < 0 ? '' : '+'}${one.points})`).join(', ');
}

function criterionText({ field, operator, value }: FitCriterion): string {
  const name = FIELD_NAMES[field];
  const [first = ''] = value;
  switch (operator) {
    case 'EQUALS':
      return `${name} is ${first}`;
    case 'IN':
      return value.length === 1 ? `${name} is ${first}` : `${name} is one of ${value.length}`;
    case 'CONTAINS':
      return `${name} contains ${first}`;
    case 'AT_LEAST':
      return `${name} is at least ${number.format(Number(first))}`;
    case 'IS_FREE_MAIL':
      return 'free e-mail provider';
    case 'IS_MISSING':
      return `no ${name}`;
  }
}

function counted(count: number, noun: string): string {
  return `${number.format(count)} ${noun}${count === 1 ? '' : 's'}`;
}
