import type { SummaryFacts, SummaryInteraction } from '../../src/summaries/summary-facts.js';
import type { GoldenLead } from './golden-leads.js';
import type { Injection } from './injections.js';

const AS_OF = new Date('2026-03-10T12:00:00Z');
const LATER = new Date('2027-01-01T00:00:00Z');

/** Returns the facts that the server would read for a golden lead. */
export function factsOf({ input: { lead, interactions } }: GoldenLead): SummaryFacts {
  const [firstName = '', ...rest] = (lead.name ?? '').split(' ');
  const hasPlan = interactions.some(({ isPlanned }) => isPlanned);
  return {
    leadId: 1,
    firstName,
    lastName: rest.join(' '),
    company: lead.company,
    location: lead.location,
    source: lead.source,
    status: lead.status,
    budget: lead.budget,
    asOf: hasPlan ? AS_OF : LATER,
    interactions: interactions.map(({ id, type, direction, date, notes }) => ({
      id,
      type,
      direction,
      date: new Date(`${date}T09:00:00Z`),
      notes,
    })),
    interactionCount: lead.interactionCount,
    hash: '',
  };
}

const ORDINARY: SummaryInteraction = {
  id: 1,
  type: 'call',
  direction: null,
  date: new Date('2026-03-01T09:00:00Z'),
  notes: 'Asked for an offer for 40 seats.',
};

/** Returns the facts of a lead with an injection in one of its texts. */
export function withInjection({ field, text }: Injection): SummaryFacts {
  const facts: SummaryFacts = {
    leadId: 1,
    firstName: 'Ada',
    lastName: 'Lovelace',
    company: 'Analytical Engines',
    location: 'London',
    source: 'website',
    status: 'qualified',
    budget: null,
    asOf: AS_OF,
    interactions: [ORDINARY],
    interactionCount: 1,
    hash: '',
  };
  if (field !== 'notes') return { ...facts, [field]: text };
  const injected: SummaryInteraction = {
    id: 2,
    type: 'email',
    direction: 'inbound',
    date: new Date('2026-03-05T09:00:00Z'),
    notes: text,
  };
  return { ...facts, interactions: [injected, ORDINARY], interactionCount: 2 };
}
