import type { ScoredInteraction } from '../../src/leads/scoring/contact-state.js';

const DAY = 86_400_000;

/** The default instant of the examples. */
export const EXAMPLES_AS_OF = new Date('2026-03-10T12:00:00Z');

const daysAgo = (kind: Omit<ScoredInteraction, 'date'>, ages: readonly number[]): ScoredInteraction[] =>
  ages.map((age) => ({ ...kind, date: new Date(EXAMPLES_AS_OF.getTime() - age * DAY) }));

const meetings = (...ages: number[]) => daysAgo({ type: 'meeting' }, ages);
const calls = (...ages: number[]) => daysAgo({ type: 'call' }, ages);
const emails = (...ages: number[]) => daysAgo({ type: 'email' }, ages);
const inboundEmails = (...ages: number[]) => daysAgo({ type: 'email', direction: 'inbound' }, ages);
const outboundEmails = (...ages: number[]) => daysAgo({ type: 'email', direction: 'outbound' }, ages);

const busyLead = { status: 'proposal', budget: 100_000 };
const busyInteractions = [...meetings(1, 6), ...calls(2, 4, 8), ...emails(0.5, 3, 5, 9)];

/** The table of docs/scoring.md, calculated by hand. */
export const WORKED_EXAMPLES = [
  { name: 'new, nothing else known', lead: {}, interactions: [], activityScore: 3, points: [0, 0, 0, 3] },
  {
    name: 'contacted, one call just now',
    lead: { status: 'contacted' },
    interactions: calls(0),
    activityScore: 51,
    points: [40, 6, 0, 5],
  },
  {
    name: 'qualified, budget 50 000, one meeting 14 days ago',
    lead: { status: 'qualified', budget: 50_000 },
    interactions: meetings(14),
    activityScore: 44,
    points: [20, 7, 10, 7],
  },
  {
    name: 'proposal, 100 000, nine interactions',
    lead: busyLead,
    interactions: busyInteractions,
    activityScore: 85,
    points: [39, 23, 15, 8],
  },
  {
    name: 'the same lead 56 days later, nothing new',
    lead: busyLead,
    interactions: busyInteractions,
    at: new Date(EXAMPLES_AS_OF.getTime() + 56 * DAY),
    activityScore: 35,
    points: [2, 10, 15, 8],
  },
  {
    name: 'new, 1 000 emails just now',
    lead: {},
    interactions: emails(...Array<number>(1000).fill(0)),
    activityScore: 73,
    points: [40, 30, 0, 3],
  },
  {
    name: 'lost, 250 000, a meeting yesterday',
    lead: { status: 'lost', budget: 250_000 },
    interactions: meetings(1),
    activityScore: 0,
    points: [0, 0, 0, 0],
  },
  {
    name: '"Closed Lost", the same',
    lead: { status: 'Closed Lost', budget: 250_000 },
    interactions: meetings(1),
    activityScore: 0,
    points: [0, 0, 0, 0],
  },
  {
    name: 'contacted, 25 000, only a meeting tomorrow',
    lead: { status: 'contacted', budget: 25_000 },
    interactions: meetings(-1),
    activityScore: 51,
    points: [40, 0, 6, 5],
  },
  {
    name: 'the same, the meeting in 31 days',
    lead: { status: 'contacted', budget: 25_000 },
    interactions: meetings(-31),
    activityScore: 11,
    points: [0, 0, 6, 5],
  },
  {
    name: 'new, 30 outbound emails just now, nothing else',
    lead: {},
    interactions: outboundEmails(...Array<number>(30).fill(0)),
    activityScore: 13,
    points: [0, 10, 0, 3],
  },
  {
    name: 'new, one inbound email 14 days ago, one outbound email just now',
    lead: {},
    interactions: [...inboundEmails(14), ...outboundEmails(0)],
    activityScore: 25,
    points: [20, 2, 0, 3],
  },
];
