import type { SummaryFacts } from '../../src/summaries/summary-facts.js';

/** Returns the facts of a lead with a call and a planned meeting. */
export function summaryFacts(facts: Partial<SummaryFacts> = {}): SummaryFacts {
  return {
    leadId: 1,
    firstName: 'Ada',
    lastName: 'Lovelace',
    company: 'Analytical Engines',
    location: 'London',
    source: 'referral',
    status: 'qualified',
    budget: 50_000,
    asOf: new Date('2026-03-10T12:00:00Z'),
    interactions: [
      { id: 12, type: 'meeting', direction: null, date: new Date('2026-03-12T09:00:00Z'), notes: null },
      {
        id: 11,
        type: 'call',
        direction: null,
        date: new Date('2026-03-07T09:00:00Z'),
        notes: 'Asked for an offer.',
      },
    ],
    interactionCount: 2,
    hash: 'hash',
    ...facts,
  };
}
