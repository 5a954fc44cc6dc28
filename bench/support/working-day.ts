/** A request to the server. */
export interface Question {
  readonly kind: 'read' | 'write' | 'recalculation';
  readonly body: string;
}

/** The frequency of each kind of request, in percent. */
type Share = readonly [percent: number, make: (leads: number) => Question];

const anyOf = (count: number): number => 1 + Math.floor(Math.random() * count);

const question = (kind: Question['kind'], query: string, variables: object = {}): Question => ({
  kind,
  body: JSON.stringify({ query, variables }),
});

const LIST = `query ($filter: LeadFilterInput, $orderBy: LeadOrderInput) {
  leadsConnection(first: 20, filter: $filter, orderBy: $orderBy) {
    nodes { id firstName lastName company status activityScore scoreCalculatedAt summary }
    pageInfo { hasNextPage endCursor } } }`;

const DETAILS = `query ($id: Int!) {
  lead(id: $id) {
    id firstName lastName email phone budget company location status summary activityScore isScoreStale
    scoreBreakdown { recency { points reason } engagement { points reason } }
    interactionsConnection(first: 10) { nodes { id type date notes } totalCount } } }`;

const LISTS = [
  {},
  { orderBy: { field: 'NAME', direction: 'ASC' } },
  { orderBy: { field: 'LAST_CONTACT_AT', direction: 'DESC' } },
  { filter: { status: ['new', 'qualified'] } },
  { filter: { search: 'schmidt company-42' } },
];

const list = (): Question => question('read', LIST, LISTS[anyOf(LISTS.length) - 1]);
const details = (leads: number): Question => question('read', DETAILS, { id: anyOf(leads) });

const newInteraction = (leads: number): Question =>
  question(
    'write',
    'mutation ($input: CreateInteractionInput!) { createInteraction(createInteractionInput: $input) { id } }',
    {
      input: {
        leadId: anyOf(leads),
        type: 'CALL',
        date: '2026-01-15T10:00:00Z',
        notes: 'Asked for an offer.',
      },
    },
  );

const update = (leads: number): Question =>
  question(
    'write',
    'mutation ($input: UpdateLeadInput!) { updateLead(updateLeadInput: $input) { id activityScore } }',
    {
      input: { id: anyOf(leads), budget: anyOf(100_000) },
    },
  );

const recalculation = (): Question =>
  question('recalculation', 'mutation { recalculateAllScores { count failedCount } }');

/** Lists, details, new interactions, updates, recalculations. */
const WORKING_DAY: readonly Share[] = [
  [50, list],
  [30, details],
  [15, newInteraction],
  [4, update],
  [1, recalculation],
];

const READS: readonly Share[] = WORKING_DAY.slice(0, 2);

function choose(shares: readonly Share[], leads: number): Question {
  let left = Math.random() * shares.reduce((sum, [percent]) => sum + percent, 0);
  for (const [percent, make] of shares) {
    left -= percent;
    if (left < 0) return make(leads);
  }
  return list();
}

/** @param leads the number of leads, whose ids start at 1 */
export const askOfAWorkingDay = (leads: number): Question => choose(WORKING_DAY, leads);

export const askToRead = (leads: number): Question => choose(READS, leads);

export const askToRecalculate = recalculation;
