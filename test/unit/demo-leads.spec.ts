import { describe, expect, it } from 'vitest';
import { DEMO_LEADS, type DemoLead } from '../../src/demo/demo-leads.js';
import { isLost } from '../../src/leads/lead-status.js';
import { scoreOf } from '../../src/leads/scoring/activity-score.js';
import { contactStateOf } from '../../src/leads/scoring/contact-state.js';
import { RULES_OF_VERSION_1 } from '../../src/leads/scoring/scoring-rules.js';
import { scoreReasons } from '../../src/leads/scoring/score-reasons.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const loadedAt = new Date('2026-03-10T12:00:00Z');

function interactionsOf(lead: DemoLead) {
  return lead.interactions.map(({ type, direction, ageInDays }) => ({
    type,
    direction,
    date: new Date(loadedAt.getTime() - ageInDays * DAY),
  }));
}

/** The score with its breakdown and reasons, as a lead card shows them some minutes after loading. */
function cardOf(lead: DemoLead, minutes = 0) {
  const asOf = new Date(loadedAt.getTime() + minutes * MINUTE);
  const state = contactStateOf(interactionsOf(lead), asOf);
  const { activityScore, breakdown } = scoreOf(RULES_OF_VERSION_1, lead, state, asOf);
  const reasons = scoreReasons(
    {
      lastContactAt: state.lastContactAt,
      nextContactAt: state.nextContactAt,
      meetingCount: state.counts.meeting,
      callCount: state.counts.call,
      emailCount: state.counts.email,
      outboundEmailCount: state.counts.outboundEmail,
      budget: lead.budget,
      status: lead.status,
      fitMatches: 0n,
      scoreCalculatedAt: asOf,
    },
    RULES_OF_VERSION_1,
  );
  return { activityScore, breakdown, reasons };
}

const scores = DEMO_LEADS.map((lead) => cardOf(lead).activityScore);
const textOf = (pick: (lead: DemoLead) => string | string[]) => DEMO_LEADS.flatMap(pick).join(' ');

describe('the demo leads', () => {
  it('are fifteen with different e-mail addresses', () => {
    expect(DEMO_LEADS).toHaveLength(15);
    expect(new Set(DEMO_LEADS.map(({ email }) => email)).size).toBe(15);
  });

  it('cover every status of a pipeline and every source', () => {
    expect(new Set(DEMO_LEADS.map(({ status }) => status))).toEqual(
      new Set([
        'new',
        'contacted',
        'qualified',
        'proposal',
        'negotiation',
        'won',
        'converted',
        'lost',
        'closed_lost',
      ]),
    );
    expect(new Set(DEMO_LEADS.map(({ source }) => source))).toEqual(
      new Set(['website', 'referral', 'linkedin', 'email', 'tradeshow', 'webinar', 'coldcall']),
    );
  });

  it('have scores from cold to hot', () => {
    expect(scores.filter((score) => score > 80).length).toBeGreaterThanOrEqual(2);
    expect(scores.filter((score) => score < 15).length).toBeGreaterThanOrEqual(2);
    expect(scores.filter((score) => score >= 30 && score <= 70).length).toBeGreaterThanOrEqual(4);
    const isLostLead = DEMO_LEADS.map(({ status }) => isLost(status));
    expect(scores.filter((_, index) => isLostLead[index])).toEqual([0, 0]);
    expect(new Set(scores.filter((_, index) => !isLostLead[index])).size).toBe(13);
  });

  it('have budgets from none to 480 000 with at most two decimals', () => {
    const budgets = DEMO_LEADS.flatMap(({ budget }) => budget ?? []);
    expect(budgets.length).toBeLessThan(15);
    expect(Math.min(...budgets)).toBe(0);
    expect(Math.max(...budgets)).toBe(480_000);
    expect(budgets.filter((budget) => budget !== Math.round(budget * 100) / 100)).toEqual([]);
  });

  it('sometimes lack a phone, a location or a company', () => {
    for (const detail of ['phone', 'location', 'company'] as const) {
      const missing = DEMO_LEADS.filter((lead) => lead[detail] === null);
      expect(missing.length).toBeGreaterThan(0);
      expect(missing.length).toBeLessThan(15);
    }
  });

  it('have up to nine interactions, and exactly one lead has none', () => {
    const counts = DEMO_LEADS.map(({ interactions }) => interactions.length);
    expect(counts.filter((count) => count === 0)).toHaveLength(1);
    expect(Math.max(...counts)).toBe(9);
  });

  it('have two planned meetings', () => {
    const planned = DEMO_LEADS.flatMap(({ interactions }) =>
      interactions.filter(({ ageInDays }) => ageInDays < 0),
    );
    expect(planned.map(({ type }) => type)).toEqual(['meeting', 'meeting']);
  });

  it('have e-mails in both directions, and an outbound one is not a contact', () => {
    const emails = DEMO_LEADS.flatMap(({ interactions }) =>
      interactions.filter(({ type }) => type === 'email'),
    );
    expect(new Set(emails.map(({ direction }) => direction))).toEqual(new Set(['inbound', 'outbound']));
    const [amara] = DEMO_LEADS;
    expect(amara && cardOf(amara).reasons).toMatchObject({
      recency: 'contact planned in 2 days',
      engagement: '2 meetings and 3 calls, 2 outbound emails',
    });
  });

  it.each([
    /\p{Script=Greek}/u,
    /\p{Script=Cyrillic}/u,
    /\p{Script=Arabic}/u,
    /\p{Script=Hebrew}/u,
    /\p{Script=Han}/u,
    /\p{Script=Hangul}/u,
    /\p{Script=Devanagari}/u,
    /[łżëüñêç]/i,
  ])('have names and notes that match %s', (script) => {
    expect(textOf(({ firstName, lastName }) => [firstName, lastName])).toMatch(script);
    expect(textOf(({ interactions }) => interactions.map(({ notes }) => notes))).toMatch(script);
  });

  it.each(DEMO_LEADS)('have fictional contact details: $email', ({ email, phone }) => {
    expect(email).toMatch(/^[a-z.-]+@example\.(com|org|net)$/);
    // Ranges that regulators reserve for fiction: United States, London, Berlin.
    if (phone !== null)
      expect(phone).toMatch(/^(\+1 202 555 01\d\d|\+44 20 7946 0\d{3}|\+49 30 23125 \d{3})$/);
  });

  it.each(DEMO_LEADS)('have the same card for ten minutes after loading: $email', (lead) => {
    for (let minutes = 0; minutes <= 10; minutes += 1) expect(cardOf(lead, minutes)).toEqual(cardOf(lead));
  });

  it('have texts in Unicode NFC without surrounding white space', () => {
    const texts = DEMO_LEADS.flatMap((lead) => [
      lead.firstName,
      lead.lastName,
      lead.location ?? '-',
      lead.company ?? '-',
      ...lead.interactions.map(({ notes }) => notes),
    ]);
    expect(texts.filter((text) => text === '' || text !== text.trim().normalize('NFC'))).toEqual([]);
  });
});
