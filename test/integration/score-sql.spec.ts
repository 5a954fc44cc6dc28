import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inTransaction } from '../../src/database/transactions.js';
import {
  calculateActivityScore,
  type ScoredInteraction,
  type ScoredLead,
} from '../../src/leads/scoring/activity-score.js';
import { countLeadsOf, recalculateLeads } from '../../src/leads/scoring/bulk-recalculation.js';
import { scoreLeads } from '../../src/leads/scoring/lead-scores.js';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { EXAMPLES_AS_OF, WORKED_EXAMPLES } from '../support/worked-examples.js';

const DAY = 86_400_000;

/** Below this distance in floating point, two ways to calculate the same thing need not round alike. */
const NOISE = 1e-9;

interface Sample {
  readonly lead: ScoredLead;
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
beforeEach(() => database.rows('TRUNCATE leads, interactions'));

async function insert(samples: readonly Sample[]): Promise<number[]> {
  const leads = await database.rows<{ id: number }>(
    `INSERT INTO leads ("firstName", "lastName", email, budget, status, "createdAt", "updatedAt")
     SELECT 'F', 'L', gen_random_uuid() || '@example.com', budget, status, now(), now()
     FROM unnest($1::numeric[], $2::text[]) WITH ORDINALITY AS sample (budget, status, position)
     ORDER BY position RETURNING id`,
    [samples.map(({ lead }) => lead.budget), samples.map(({ lead }) => lead.status)],
  );
  const ids = leads.map(({ id }) => id);
  const rows = samples.flatMap(({ interactions }, index) =>
    interactions.map(({ type, date }) => ({ leadId: ids[index], type, date })),
  );
  await database.rows(
    `INSERT INTO interactions ("leadId", type, date, "createdAt", "updatedAt")
     SELECT "leadId", type::enum_interactions_type, date, now(), now()
     FROM unnest($1::int[], $2::text[], $3::timestamptz[]) AS sample ("leadId", type, date)`,
    [rows.map(({ leadId }) => leadId), rows.map(({ type }) => type), rows.map(({ date }) => date)],
  );
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
  readonly lastContactAt: Date | null;
  readonly meetingCount: number;
  readonly callCount: number;
  readonly emailCount: number;
  readonly scoreCalculatedAt: Date;
}

/** What is stored, in the words of the formula, by ascending id of the lead. */
async function readStored() {
  const rows = await database.rows<StoredRow>('SELECT * FROM leads ORDER BY id');
  return rows.map((row) => ({
    activityScore: row.activityScore,
    breakdown: {
      recency: row.recencyPoints,
      engagement: row.engagementPoints,
      budget: row.budgetPoints,
      status: row.statusPoints,
    },
    lastContactAt: row.lastContactAt,
    counts: { meeting: row.meetingCount, call: row.callCount, email: row.emailCount },
  }));
}

/** Whether the last bit of a sum can decide how a value is rounded. */
function isAtABoundary({ lead, interactions }: Sample, asOf: Date): boolean {
  const ages = interactions
    .map(({ type, date }) => ({ type, days: (asOf.getTime() - date.getTime()) / DAY }))
    .filter(({ days }) => days >= 0);
  const weights = { meeting: 5, call: 3, email: 1 };
  const weight = ages.reduce((sum, { type, days }) => sum + weights[type] * 0.5 ** (days / 30), 0);
  const budget = lead.budget !== null && lead.budget > 0 ? lead.budget : 0;
  const parts = [
    ages.length === 0 ? 0 : 40 * 0.5 ** (Math.min(...ages.map(({ days }) => days)) / 14),
    30 * (1 - 0.5 ** (weight / 10)),
    20 * (1 - 0.5 ** (budget / 50_000)),
  ];
  const isNear = (value: number, whole: number) => {
    const distance = Math.abs(value - whole - Math.round(value - whole));
    return distance > 0 && distance < NOISE;
  };
  const total = parts.reduce((sum, part) => sum + part, 0);
  const remainders = parts.map((part) => part - Math.floor(part));
  const hasTie = remainders.some((a, i) =>
    remainders.some((b, j) => i < j && a !== b && Math.abs(a - b) < NOISE),
  );
  return hasTie || isNear(total, 0.5) || parts.some((part) => isNear(part, 0));
}

const budgets = fc.oneof(
  fc.constantFrom(null, 0, -1, NaN, 0.01, 50_000, 100_000, 150_000, 99_999_999.99),
  fc.integer({ min: 0, max: 50_000_000 }).map((cents) => cents / 100),
);
const statuses = fc.oneof(
  fc.constantFrom('new', 'contacted', 'qualified', 'proposal', 'negotiation', 'won', 'converted', 'lost'),
  fc.constantFrom('LOST', 'Closed_Lost', 'somewhere', '', '__proto__', "o'clock"),
);
/** Whole half-lives on purpose: there the values are round, and ties and exact halves happen. */
const ages = fc.oneof(
  fc.constantFrom(0, 1, -1, 14 * DAY, 28 * DAY, 30 * DAY, 56 * DAY, 60 * DAY, 420 * DAY),
  fc.integer({ min: -60 * DAY, max: 120 * DAY }),
  fc.integer({ min: 0, max: 700_000 * DAY }),
);
const interactions = fc.array(
  fc.record({
    type: fc.constantFrom('meeting' as const, 'call' as const, 'email' as const),
    date: ages.map((age) => new Date(EXAMPLES_AS_OF.getTime() - age)),
  }),
  { maxLength: 25 },
);
const samples = fc.array(
  fc.record({ lead: fc.record({ budget: budgets, status: statuses }), interactions }),
  { minLength: 100, maxLength: 150 },
);

describe('the formula in SQL', () => {
  it('gives every worked example its score and its points', async () => {
    for (const {
      name,
      lead,
      interactions: contacts,
      at = EXAMPLES_AS_OF,
      activityScore,
      points,
    } of WORKED_EXAMPLES) {
      await database.rows('TRUNCATE leads, interactions');
      await insert([{ lead: { budget: null, status: 'new', ...lead }, interactions: contacts }]);
      await recalculate(at);
      const [stored] = await readStored();
      expect([name, stored?.activityScore, Object.values(stored?.breakdown ?? {})]).toEqual([
        name,
        activityScore,
        points,
      ]);
    }
  });

  it('agrees with the formula in TypeScript on whatever leads, all at once and one by one', async () => {
    await fc.assert(
      fc.asyncProperty(samples, async (drawn) => {
        const clear = drawn.filter((sample) => !isAtABoundary(sample, EXAMPLES_AS_OF));
        await database.rows('TRUNCATE leads, interactions');
        const ids = await insert(clear);
        const expected = clear.map(({ lead, interactions: contacts }) =>
          calculateActivityScore(lead, contacts, EXAMPLES_AS_OF),
        );

        expect(await recalculate(EXAMPLES_AS_OF)).toMatchObject({ doneCount: clear.length, failedCount: 0 });
        expect(await readStored()).toEqual(expected);

        await database.rows(
          'UPDATE leads SET "activityScore" = NULL, "scoreCalculatedAt" = NULL, "recencyPoints" = NULL',
        );
        await inTransaction(api.sequelize, (transaction) =>
          scoreLeads(api.sequelize, transaction, ids, EXAMPLES_AS_OF),
        );
        expect(await readStored()).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  it('takes any number of interactions and any budget without running out of floating point', async () => {
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
    expect((await readStored()).map(({ activityScore }) => activityScore)).toEqual([100, 3]);
  });

  it('keeps what the formula says of the interactions, with the fingerprint of the parameters', async () => {
    await insert([{ lead: { budget: null, status: 'new' }, interactions: [] }]);
    await recalculate(EXAMPLES_AS_OF);
    const [row] = await database.rows<{ scoreParameters: number; scoreCalculatedAt: Date }>(
      'SELECT * FROM leads',
    );
    expect(row).toMatchObject({ scoreParameters: expect.any(Number), scoreCalculatedAt: EXAMPLES_AS_OF });
  });
});
