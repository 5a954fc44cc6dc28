import { describe, expect, it } from 'vitest';
import { RULES_OF_VERSION_1 } from '../../../src/leads/scoring/scoring-rules.js';
import { type ScoreFacts, scoreReasons } from '../../../src/leads/scoring/score-reasons.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const scoreCalculatedAt = new Date('2026-03-10T12:00:00Z');

function reasons(facts: Partial<ScoreFacts> = {}, rules = RULES_OF_VERSION_1) {
  return scoreReasons(
    {
      lastContactAt: null,
      nextContactAt: null,
      meetingCount: 0,
      callCount: 0,
      emailCount: 0,
      outboundEmailCount: 0,
      budget: null,
      status: 'new',
      fitMatches: 0n,
      scoreCalculatedAt,
      ...facts,
    },
    rules,
  );
}

describe('scoreReasons', () => {
  it('returns a reason for every factor of a lead without data', () => {
    expect(reasons()).toEqual({
      recency: 'no contact yet',
      engagement: 'no interactions yet',
      budget: 'no budget known',
      status: 'status is new',
      fit: 'no criterion matches',
    });
  });

  it.each([
    { age: 0, reason: 'last contact within the hour' },
    { age: HOUR - 1, reason: 'last contact within the hour' },
    { age: HOUR, reason: 'last contact 1 hour ago' },
    { age: 2 * HOUR - 1, reason: 'last contact 1 hour ago' },
    { age: 5 * HOUR, reason: 'last contact 5 hours ago' },
    { age: DAY - 1, reason: 'last contact 23 hours ago' },
    { age: DAY, reason: 'last contact 1 day ago' },
    { age: 2 * DAY - 1, reason: 'last contact 1 day ago' },
    { age: 2 * DAY, reason: 'last contact 2 days ago' },
    { age: 4 * DAY - 1, reason: 'last contact 3 days ago' },
    { age: 1234 * DAY, reason: 'last contact 1,234 days ago' },
  ])('rounds an age of $age ms down to "$reason"', ({ age, reason }) => {
    const lastContactAt = new Date(scoreCalculatedAt.getTime() - age);
    expect(reasons({ lastContactAt }).recency).toBe(reason);
  });

  it.each([
    { meetingCount: 2, callCount: 1, emailCount: 5, reason: '2 meetings, 1 call and 5 emails' },
    { meetingCount: 1, callCount: 0, emailCount: 2, reason: '1 meeting and 2 emails' },
    { meetingCount: 0, callCount: 3, emailCount: 0, reason: '3 calls' },
    { meetingCount: 0, callCount: 0, emailCount: 1, reason: '1 email' },
    { meetingCount: 0, callCount: 0, emailCount: 12_000, reason: '12,000 emails' },
  ])('lists only the kinds of interactions that exist: "$reason"', ({ reason, ...counts }) => {
    expect(reasons(counts).engagement).toBe(reason);
  });

  it.each([
    {
      meetingCount: 2,
      callCount: 3,
      emailCount: 2,
      reason: '2 meetings, 3 calls and 2 emails, 4 outbound emails',
    },
    { emailCount: 1, reason: '1 email, 4 outbound emails' },
    { outboundEmailCount: 30, reason: '30 outbound emails' },
    { outboundEmailCount: 1, reason: '1 outbound email' },
  ])('lists outbound e-mails after contacts: "$reason"', ({ reason, ...counts }) => {
    expect(reasons({ outboundEmailCount: 4, ...counts }).engagement).toBe(reason);
  });

  it.each([
    { ahead: 1, reason: 'contact planned within the hour' },
    { ahead: HOUR, reason: 'contact planned in 1 hour' },
    { ahead: DAY - 1, reason: 'contact planned in 23 hours' },
    { ahead: DAY, reason: 'contact planned in 1 day' },
    { ahead: 4 * DAY - 1, reason: 'contact planned in 3 days' },
    { ahead: 30 * DAY, reason: 'contact planned in 30 days' },
    { ahead: 30 * DAY + 1, reason: 'last contact 5 days ago' },
  ])('explains full recency by a contact planned in $ahead ms: "$reason"', ({ ahead, reason }) => {
    const at = (ms: number) => new Date(scoreCalculatedAt.getTime() + ms);
    expect(reasons({ lastContactAt: at(-5 * DAY), nextContactAt: at(ahead) }).recency).toBe(reason);
  });

  it('ignores a contact that is planned too far ahead', () => {
    const nextContactAt = new Date(scoreCalculatedAt.getTime() + 31 * DAY);
    expect(reasons({ nextContactAt }).recency).toBe('no contact yet');
  });

  it.each(['lost', 'Closed Lost', 'closed-lost', 'disqualified', 'UNQUALIFIED'])(
    'returns the same reason for every factor of a lead with the status %s',
    (status) => {
      const known = { lastContactAt: scoreCalculatedAt, meetingCount: 2, budget: 50_000 };
      const reason = 'closed as lost';
      expect(reasons({ ...known, status })).toEqual({
        recency: reason,
        engagement: reason,
        budget: reason,
        status: reason,
        fit: reason,
      });
    },
  );

  it.each([
    { budget: 50_000, reason: 'budget of 50,000' },
    { budget: 1234.5, reason: 'budget of 1,234.5' },
    { budget: 99_999_999.99, reason: 'budget of 99,999,999.99' },
    { budget: 10.129, reason: 'budget of 10.13' },
    { budget: 0, reason: 'no budget known' },
    { budget: -1, reason: 'no budget known' },
    { budget: NaN, reason: 'no budget known' },
  ])('returns "$reason" for a budget of $budget', ({ budget, reason }) => {
    expect(reasons({ budget }).budget).toBe(reason);
  });

  it.each([
    { status: 'qualified', reason: 'status is qualified' },
    { status: 'Closed Won', reason: 'status is Closed Won' },
    { status: '', reason: 'no status known' },
    { status: ' ', reason: 'no status known' },
  ])('shows the stored status "$status"', ({ status, reason }) => {
    expect(reasons({ status }).status).toBe(reason);
  });

  it('lists the fit criteria that match, with their points', () => {
    const criteria = [
      { field: 'SOURCE', operator: 'EQUALS', value: ['website'], points: 5 },
      { field: 'COMPANY', operator: 'CONTAINS', value: ['gmbh'], points: 1 },
      { field: 'LOCATION', operator: 'IN', value: ['Berlin', 'Paris'], points: 2 },
      { field: 'BUDGET', operator: 'AT_LEAST', value: ['100000'], points: 4 },
      { field: 'EMAIL_DOMAIN', operator: 'IS_FREE_MAIL', value: [], points: -3 },
      { field: 'BUDGET', operator: 'IS_MISSING', value: [], points: -20 },
    ] as const;
    const rules = { ...RULES_OF_VERSION_1, fit: { cap: 10, criteria } };
    expect(reasons({ fitMatches: 0b011111n }, rules).fit).toBe(
      'source is website (+5), company contains gmbh (+1), location is one of 2 (+2), budget is at least 100,000 (+4), free e-mail provider (-3)',
    );
    expect(reasons({ fitMatches: 0b100000n }, rules).fit).toBe('no budget (-20)');
  });

  it('scores a lost lead by its factors if the rules say so', () => {
    const rules = { ...RULES_OF_VERSION_1, lostScoresZero: false };
    expect(reasons({ status: 'lost' }, rules).status).toBe('status is lost');
  });
});
