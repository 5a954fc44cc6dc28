import type { ScoredInteraction, ScoredInteractionType } from '../../src/leads/scoring/activity-score.js';

const DAY = 86_400_000;

/** The instant that the examples are scored at, where they name no other. */
export const EXAMPLES_AS_OF = new Date('2026-03-10T12:00:00Z');

export function daysAgo(type: ScoredInteractionType, ...ages: number[]): ScoredInteraction[] {
  return ages.map((age) => ({ type, date: new Date(EXAMPLES_AS_OF.getTime() - age * DAY) }));
}

const busyLead = { status: 'proposal', budget: 100_000 };
const busyInteractions = [
  ...daysAgo('meeting', 1, 6),
  ...daysAgo('call', 2, 4, 8),
  ...daysAgo('email', 0.5, 3, 5, 9),
];

/** The table of docs/scoring.md, by hand. */
export const WORKED_EXAMPLES = [
  { name: 'new, nothing else known', lead: {}, interactions: [], activityScore: 3, points: [0, 0, 0, 3] },
  {
    name: 'contacted, one call just now',
    lead: { status: 'contacted' },
    interactions: daysAgo('call', 0),
    activityScore: 51,
    points: [40, 6, 0, 5],
  },
  {
    name: 'qualified, budget 50 000, one meeting 14 days ago',
    lead: { status: 'qualified', budget: 50_000 },
    interactions: daysAgo('meeting', 14),
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
    interactions: daysAgo('email', ...Array<number>(1000).fill(0)),
    activityScore: 73,
    points: [40, 30, 0, 3],
  },
  {
    name: 'lost, 250 000, a meeting yesterday',
    lead: { status: 'lost', budget: 250_000 },
    interactions: daysAgo('meeting', 1),
    activityScore: 66,
    points: [38, 9, 19, 0],
  },
  {
    name: 'contacted, 25 000, only a meeting tomorrow',
    lead: { status: 'contacted', budget: 25_000 },
    interactions: daysAgo('meeting', -1),
    activityScore: 11,
    points: [0, 0, 6, 5],
  },
];
