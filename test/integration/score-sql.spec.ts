import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { inTransaction } from '../../src/database/transactions.js';
import { calculateActivityScore, type ScoredLead } from '../../src/leads/scoring/activity-score.js';
import { countLeadsOf, recalculateLeads } from '../../src/leads/scoring/bulk-recalculation.js';
import {
  contactStateOf,
  INTERACTION_KINDS,
  kindOf,
  type ScoredInteraction,
} from '../../src/leads/scoring/contact-state.js';
import { labelKey } from '../../src/common/label-key.js';
import { rulesAsLiteral, selectScore } from '../../src/leads/scoring/score.sql.js';
import { RULES_OF_VERSION_1, type ScoringRules } from '../../src/leads/scoring/scoring-rules.js';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { removeLeads } from '../support/database-reset.js';
import {
  fitFacts,
  type FitFacts,
  fitPoints,
  matchingCriteria,
  scoringRules,
} from '../support/scoring-rules.js';
import { EXAMPLES_AS_OF, WORKED_EXAMPLES } from '../support/worked-examples.js';

const DAY = 86_400_000;

/** Results of two algorithms that differ by less than this may round differently. */
const NOISE = 1e-9;

interface Sample {
  readonly lead: ScoredLead & Partial<FitFacts>;
  readonly interactions: readonly ScoredInteraction[];
}

let api: Api;
let database: Connection;

beforeAll(async () => {
  api = await startApi();
  database = await connect(api.databaseUrl);
});
afterAll(async () => {
  await database.close();
  await api.close();
});
beforeEach(() => removeLeads(database));

async function insert(samples: readonly Sample[], asOf = EXAMPLES_AS_OF): Promise<number[]> {
  const leads = await database.rows<{ id: number }>(
    `INSERT INTO leads ("firstName", "lastName", email, budget, status, source, company, location, "createdAt", "updatedAt")
     SELECT 'F', 'L', gen_random_uuid() || email, budget, status, source, company, location, now(), now()
     FROM unnest($1::numeric[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) WITH ORDINALITY
       AS sample (budget, status, source, company, location, email, position)
     ORDER BY position RETURNING id`,
    [
      samples.map(({ lead }) => lead.budget),
      samples.map(({ lead }) => lead.status),
      samples.map(({ lead }) => lead.source),
      samples.map(({ lead }) => lead.company),
      samples.map(({ lead }) => lead.location),
      samples.map(({ lead }) => lead.email ?? '@example.com'),
    ],
  );
  const ids = leads.map(({ id }) => id);
  const rows = samples.flatMap(({ interactions }, index) =>
    interactions.map(({ type, date, direction = null }) => ({ leadId: ids[index], type, date, direction })),
  );
  // As during a recalculation, the triggers update the contact state but do not calculate scores.
  await database.rows('BEGIN');
  await database.rows(`SELECT set_config('lead_scoring.as_of', $1, true)`, [asOf]);
  await database.rows(
    `INSERT INTO interactions ("leadId", type, date, direction, "createdAt", "updatedAt")
     SELECT "leadId", type::enum_interactions_type, date, direction::enum_interactions_direction, now(), now()
     FROM unnest($1::int[], $2::text[], $3::timestamptz[], $4::text[]) AS sample ("leadId", type, date, direction)`,
    [
      rows.map(({ leadId }) => leadId),
      rows.map(({ type }) => type),
      rows.map(({ date }) => date),
      rows.map(({ direction }) => direction),
    ],
  );
  await database.rows('COMMIT');
  return ids;
}

const recalculate = (asOf: Date) =>
  inTransaction(api.sequelize, async (transaction) =>
    recalculateLeads(api.sequelize, transaction, {
      asOf,
      ids: null,
      totalCount: await countLeadsOf(api.sequelize, transaction, null),
    }),
  );

interface StoredRow {
  readonly activityScore: number;
  readonly recencyPoints: number;
  readonly engagementPoints: number;
  readonly budgetPoints: number;
  readonly statusPoints: number;
  readonly fitPoints: number;
  readonly fitMatches: string;
  readonly scoreValidUntil: Date | number;
  readonly lastInteractionAt: Date | null;
  readonly lastContactAt: Date | null;
  readonly nextInteractionAt: Date | null;
  readonly nextContactAt: Date | null;
  readonly [column: string]: unknown;
}

const readRows = () => database.rows<StoredRow>('SELECT * FROM leads ORDER BY id');

const scoreOfRow = (row: StoredRow) => ({
  activityScore: row.activityScore,
  breakdown: {
    recency: row.recencyPoints,
    engagement: row.engagementPoints,
    budget: row.budgetPoints,
    status: row.statusPoints,
    fit: row.fitPoints,
  },
});

const stateOfRow = (row: StoredRow) => ({
  lastInteractionAt: row.lastInteractionAt,
  lastContactAt: row.lastContactAt,
  nextInteractionAt: row.nextInteractionAt,
  nextContactAt: row.nextContactAt,
  counts: Object.fromEntries(INTERACTION_KINDS.map((kind) => [kind, row[`${kind}Count`]])),
  weights: Object.fromEntries(INTERACTION_KINDS.map((kind) => [kind, row[`${kind}Weight`]])),
  halfLifeDays: row.weightHalfLifeDays,
});

/** Sums in a different order differ in their last bits. */
const closeTo = (state: ReturnType<typeof contactStateOf>) => ({
  ...state,
  weights: Object.fromEntries(
    INTERACTION_KINDS.map((kind) => [kind, expect.closeTo(state.weights[kind], 9) as unknown]),
  ),
});

/** Whether the last bit of a sum may decide how a value is rounded. */
function isAtABoundary({ lead, interactions }: Sample, asOf: Date, rules: ScoringRules): boolean {
  const ages = interactions
    .map((interaction) => ({
      kind: kindOf(interaction),
      days: (asOf.getTime() - interaction.date.getTime()) / DAY,
    }))
    .filter(({ days }) => days >= 0);
  const contacts = ages.filter(({ kind }) => kind !== 'outboundEmail');
  const { recency, engagement, budget, status } = rules;
  const weight = ages.reduce(
    (sum, { kind, days }) => sum + engagement.weights[kind] * 0.5 ** (days / engagement.halfLifeDays),
    0,
  );
  const amount = lead.budget !== null && lead.budget > 0 ? lead.budget : 0;
  const parts = [
    contacts.length === 0
      ? 0
      : recency.cap * 0.5 ** (Math.min(...contacts.map(({ days }) => days)) / recency.halfLifeDays),
    engagement.cap * (1 - 0.5 ** (weight / engagement.halfCapPoints)),
    budget.cap * (1 - 0.5 ** (amount / budget.halfCapBudget)),
    status.points.find((one) => one.status === labelKey(lead.status))?.points ?? status.otherwise,
  ];
  const isNear = (value: number, whole: number) => {
    const distance = Math.abs(value - whole - Math.round(value - whole));
    return distance > 0 && distance < NOISE;
  };
  const remainders = parts.map((part) => part - Math.floor(part));
  const hasTie = remainders.some((a, i) =>
    remainders.some((b, j) => i < j && a !== b && Math.abs(a - b) < NOISE),
  );
  // A planned contact replaces the recency by its cap, which is whole.
  const [ofRecency = 0, ...others] = parts;
  const other = others.reduce((sum, part) => sum + part, 0);
  return (
    hasTie ||
    [other, ofRecency + other].some((total) => isNear(total, 0.5)) ||
    parts.some((part) => isNear(part, 0))
  );
}

const budgets = fc.oneof(
  fc.constantFrom(null, 0, -1, NaN, 0.01, 50_000, 100_000, 150_000, 99_999_999.99),
  fc.integer({ min: 0, max: 50_000_000 }).map((cents) => cents / 100),
);
const statuses = fc.oneof(
  fc.constantFrom('new', 'contacted', 'qualified', 'proposal', 'negotiation', 'won', 'converted', 'lost'),
  fc.constantFrom(
    'LOST',
    'Closed-Lost',
    'closed won',
    'Unqualified',
    'somewhere',
    '',
    '__proto__',
    "o'clock",
  ),
);
/** Includes whole half-lives, because their values are round, so ties and exact halves occur. */
const ages = fc.oneof(
  fc.constantFrom(
    0,
    1,
    -1,
    -29 * DAY,
    -30 * DAY,
    -31 * DAY,
    14 * DAY,
    28 * DAY,
    30 * DAY,
    56 * DAY,
    60 * DAY,
    420 * DAY,
  ),
  fc.integer({ min: -60 * DAY, max: 120 * DAY }),
  fc.integer({ min: 0, max: 700_000 * DAY }),
);
const interactions = fc.array(
  fc.record({
    type: fc.constantFrom('meeting' as const, 'call' as const, 'email' as const),
    direction: fc.constantFrom(null, 'inbound' as const, 'outbound' as const),
    date: ages.map((age) => new Date(EXAMPLES_AS_OF.getTime() - age)),
  }),
  { maxLength: 25 },
);
const samplesWithFit = fc.array(
  fc
    .tuple(fc.record({ budget: budgets, status: statuses }), fitFacts, interactions)
    .map(([lead, facts, contacts]) => ({ lead: { ...lead, ...facts }, interactions: contacts })),
  { minLength: 20, maxLength: 40 },
);

/** Puts rules in force without scoring any lead. @returns their version */
async function publish(rules: ScoringRules): Promise<number> {
  const [published] = await database.rows<{ version: number }>(
    `INSERT INTO scoring_rules (version, rules, "createdBy", "updatedBy", "publishedAt", "publishedBy", "isSettled")
     SELECT max(version) + 1, $1, 'test', 'test', now(), 'test', true FROM scoring_rules RETURNING version`,
    [JSON.stringify(rules)],
  );
  return published?.version ?? 0;
}

const samples = fc.array(
  fc.record({ lead: fc.record({ budget: budgets, status: statuses }), interactions }),
  { minLength: 100, maxLength: 150 },
);

describe('the formula in SQL', () => {
  it('returns the score and points of every worked example', async () => {
    for (const {
      name,
      lead,
      interactions: contacts,
      at = EXAMPLES_AS_OF,
      activityScore,
      points,
    } of WORKED_EXAMPLES) {
      await removeLeads(database);
      await insert([{ lead: { budget: null, status: 'new', ...lead }, interactions: contacts }]);
      await recalculate(at);
      const [stored] = (await readRows()).map(scoreOfRow);
      expect([name, stored?.activityScore, Object.values(stored?.breakdown ?? {})]).toEqual([
        name,
        activityScore,
        [...points, 0],
      ]);
    }
  });

  it('agrees with TypeScript for any leads, in scores, contact states and validity', async () => {
    await fc.assert(
      fc.asyncProperty(samples, async (drawn) => {
        const clear = drawn.filter((sample) => !isAtABoundary(sample, EXAMPLES_AS_OF, RULES_OF_VERSION_1));
        await removeLeads(database);
        await insert(clear);
        const states = clear.map((sample) => contactStateOf(sample.interactions, EXAMPLES_AS_OF));
        const scores = clear.map((sample) =>
          calculateActivityScore(sample.lead, sample.interactions, EXAMPLES_AS_OF),
        );

        expect(await recalculate(EXAMPLES_AS_OF)).toMatchObject({ savedCount: clear.length, failedCount: 0 });
        const added = await readRows();
        expect(added.map(stateOfRow)).toEqual(states.map(closeTo));
        expect(added.map(scoreOfRow)).toEqual(
          scores.map(({ activityScore, breakdown }) => ({ activityScore, breakdown })),
        );
        for (const [index, { validUntil }] of scores.entries()) {
          const stored = added[index]?.scoreValidUntil;
          const difference = validUntil === null ? 0 : Math.abs(Number(stored) - validUntil.getTime());
          expect([validUntil === null, difference < 1000]).toEqual([stored === Infinity, true]);
        }

        // The state is the same if it is read again from the interactions.
        await database.rows('BEGIN');
        await database.rows(`SELECT set_config('lead_scoring.as_of', $1, true)`, [EXAMPLES_AS_OF]);
        await database.rows(`UPDATE leads SET "nextInteractionAt" = '-infinity'`);
        await database.rows('COMMIT');
        expect((await readRows()).map(stateOfRow)).toEqual(states.map(closeTo));
      }),
      { numRuns: 25 },
    );
  });

  it('agrees with TypeScript for any rules and leads, in scores, fit criteria, contact states and validity', async () => {
    await fc.assert(
      fc.asyncProperty(scoringRules, samplesWithFit, async (rules, drawn) => {
        const version = await publish(rules);
        const clear = drawn.filter((sample) => !isAtABoundary(sample, EXAMPLES_AS_OF, rules));
        await removeLeads(database);
        await insert(clear);
        const halfLifeDays = rules.engagement.halfLifeDays;
        const states = clear.map(({ interactions }) =>
          contactStateOf(interactions, EXAMPLES_AS_OF, halfLifeDays),
        );
        const scores = clear.map(({ lead, interactions }) => {
          const fit = fitPoints(rules, lead);
          return calculateActivityScore({ ...lead, fit }, interactions, EXAMPLES_AS_OF, rules);
        });

        expect(await recalculate(EXAMPLES_AS_OF)).toMatchObject({ savedCount: clear.length, failedCount: 0 });
        const stored = await readRows();
        expect(stored.map(stateOfRow)).toEqual(states.map(closeTo));
        expect(stored.map(scoreOfRow)).toEqual(
          scores.map(({ activityScore, breakdown }) => ({ activityScore, breakdown })),
        );
        expect(stored.map((row) => [row.rulesVersion, Number(row.fitMatches)])).toEqual(
          clear.map(({ lead }) => [
            version,
            rules.fit.cap === 0
              ? 0
              : matchingCriteria(rules, lead).reduce((bits, isMet, n) => bits + (isMet ? 2 ** n : 0), 0),
          ]),
        );
        for (const [index, { validUntil }] of scores.entries()) {
          const until = stored[index]?.scoreValidUntil;
          const difference = validUntil === null ? 0 : Math.abs(Number(until) - validUntil.getTime());
          expect([validUntil === null, difference < 1000]).toEqual([until === Infinity, true]);
        }

        // A trigger calculates the same scores with the rules that it reads.
        await database.rows('BEGIN');
        await database.rows(`UPDATE leads SET "nextInteractionAt" = '-infinity'`);
        const [found] = await database.rows<{ count: number }>(
          `SELECT count(*)::int FROM leads WHERE ("activityScore", "fitPoints", "fitMatches") IS DISTINCT FROM (${`
            SELECT ROW(score."activityScore", score."fitPoints", score."fitMatches")
            FROM (${selectScore('leads', 'leads."scoreCalculatedAt"', rulesAsLiteral(rules, version))}) AS score`})`,
        );
        await database.rows('ROLLBACK');
        expect(found?.count).toBe(0);
      }),
      { numRuns: 40, endOnFailure: true },
    );
  }, 120_000);

  it('accepts any number of interactions and any budget without overflow', async () => {
    await publish(RULES_OF_VERSION_1);
    await insert([
      {
        lead: { budget: 99_999_999.99, status: 'won' },
        interactions: Array.from({ length: 20_000 }, () => ({ type: 'meeting', date: EXAMPLES_AS_OF })),
      },
      {
        lead: { budget: null, status: 'new' },
        interactions: [{ type: 'call', date: new Date('0001-01-01T00:00:00Z') }],
      },
    ]);
    await recalculate(EXAMPLES_AS_OF);
    expect((await readRows()).map(({ activityScore }) => activityScore)).toEqual([100, 3]);
  });
});
