import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { removeLeads } from '../support/database-reset.js';
import { insertInteraction, insertLead, insertLeads, readScores } from '../support/fixtures.js';
import { passTime } from '../support/pass-time.js';

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

interface Verification {
  readonly count: number;
  readonly differences: readonly { readonly leadId: number; readonly reason: string }[];
}

const verify = async () =>
  (
    await api.ask<{ recalculateAllScores: Verification }>(
      'mutation { recalculateAllScores(verify: true) { count differences { leadId reason } } }',
    )
  ).recalculateAllScores;

const LEAD_COUNT = 4;

const lead = fc.integer({ min: 1, max: LEAD_COUNT });
const row = fc.record({
  lead,
  type: fc.constantFrom('meeting', 'call', 'email', 'email'),
  direction: fc.constantFrom('NULL', `'inbound'`, `'outbound'`),
  date: fc.oneof(
    fc.integer({ min: -40, max: 100 }).map((days) => `now() - ${days} * interval '1 day'`),
    fc.constantFrom(`'infinity'`, `'-infinity'`, `'1900-01-01'`, `'9999-12-31'`, 'clock_timestamp()'),
  ),
});

/** Changes to interactions and leads that another program may make. */
const change = fc.oneof(
  { weight: 4, arbitrary: fc.array(row, { minLength: 1, maxLength: 6 }).map(insertion) },
  fc
    .tuple(lead, lead)
    .map(([from, to]) => `UPDATE interactions SET "leadId" = ${to} WHERE "leadId" = ${from} AND id % 2 = 0`),
  fc
    .tuple(lead, fc.integer({ min: -50, max: 50 }))
    .map(
      ([id, days]) =>
        `UPDATE interactions SET date = date + ${days} * interval '1 day' WHERE "leadId" = ${id} AND isfinite(date)`,
    ),
  lead.map(
    (id) =>
      `UPDATE interactions SET direction = 'outbound', type = 'email' WHERE "leadId" = ${id} AND id % 3 = 0`,
  ),
  lead.map((id) => `DELETE FROM interactions WHERE "leadId" = ${id} AND id % 2 = 1`),
  fc.constant('DELETE FROM interactions WHERE id % 5 = 0'),
  fc.constant('TRUNCATE interactions'),
  fc
    .tuple(lead, fc.constantFrom('new', 'Lost', 'won', 'qualified'))
    .map(([id, status]) => `UPDATE leads SET status = '${status}', budget = ${id * 10_000} WHERE id = ${id}`),
  lead.map(restoration),
  lead.map((id) => `UPDATE leads SET "meetingWeight" = 1000, "lastContactAt" = now() WHERE id = ${id}`),
);

/** A restore of the rows of one lead from a copy, with its contact state and score. */
function restoration(id: number): string {
  return `CREATE TEMP TABLE kept_leads AS SELECT * FROM leads WHERE id = ${id};
    CREATE TEMP TABLE kept_interactions AS SELECT * FROM interactions WHERE "leadId" = ${id};
    DELETE FROM leads WHERE id = ${id};
    INSERT INTO leads SELECT * FROM kept_leads;
    INSERT INTO interactions SELECT * FROM kept_interactions;
    DROP TABLE kept_leads, kept_interactions`;
}

function insertion(rows: readonly { lead: number; type: string; direction: string; date: string }[]): string {
  const values = rows.map(
    (one) => `('${one.type}', ${one.direction}, (${one.date})::timestamptz, ${one.lead}, now(), now())`,
  );
  return `INSERT INTO interactions (type, direction, date, "leadId", "createdAt", "updatedAt")
    SELECT type::enum_interactions_type, direction::enum_interactions_direction, date, "leadId", "createdAt", "updatedAt"
    FROM (VALUES ${values.join(', ')}) AS given (type, direction, date, "leadId", "createdAt", "updatedAt")`;
}

describe('the contact state and the score of each lead', () => {
  it('match the interactions after any changes by another program, at any later time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 5, arbitrary: change }, fc.integer({ min: 1, max: 60 })), {
          minLength: 1,
          maxLength: 12,
        }),
        async (steps) => {
          await removeLeads(database);
          await insertLeads(database, LEAD_COUNT);
          for (const step of steps) {
            if (typeof step === 'number') await passTime(database, step);
            else await database.rows(step);
          }
          expect(await verify()).toEqual({ count: LEAD_COUNT, differences: [] });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('match the interactions after concurrent writers, some of which roll back', async () => {
    const ids = await insertLeads(database, 3);
    const writers = await Promise.all(ids.map(() => connect(api.databaseUrl)));
    await Promise.all(
      writers.map(async (writer, index) => {
        for (let round = 0; round < 30; round += 1) {
          const id = ids[(index + round) % 3] ?? 0;
          await writer.rows('BEGIN');
          await insertInteraction(writer, id, { ageInDays: round });
          if (round % 4 === 1)
            await writer.rows('DELETE FROM interactions WHERE "leadId" = $1 AND id % 3 = 0', [id]);
          await writer.rows(round % 5 === 0 ? 'ROLLBACK' : 'COMMIT');
        }
        await writer.close();
      }),
    );
    expect(await verify()).toEqual({ count: 3, differences: [] });
  });

  it('are updated in constant time: a new interaction reads no earlier ones', async () => {
    const id = await insertLead(database);
    await database.rows(
      `INSERT INTO interactions (type, date, "leadId", "createdAt", "updatedAt")
       SELECT 'email', now() - n * interval '1 minute', $1, now(), now() FROM generate_series(1, 5000) AS n`,
      [id],
    );
    await database.rows('SELECT pg_stat_force_next_flush()');
    const readCount = async () => {
      const [stats] = await database.rows<{ count: string }>(
        `SELECT seq_tup_read + idx_tup_fetch AS count FROM pg_stat_xact_user_tables WHERE relname = 'interactions'`,
      );
      return Number(stats?.count);
    };
    await database.rows('BEGIN');
    const before = await readCount();
    await insertInteraction(database, id);
    expect((await readCount()) - before).toBe(0);
    await database.rows('COMMIT');
  });
});

describe('another program', () => {
  const isStale = async (id: number) =>
    (await api.ask<{ lead: { isScoreStale: boolean } }>(`{ lead(id: ${id}) { isScoreStale } }`)).lead
      .isScoreStale;
  const recalculateStale = () => api.ask('mutation { recalculateAllScores(onlyStale: true) { count } }');
  let id: number;

  beforeEach(async () => {
    id = await insertLead(database);
    await insertInteraction(database, id, { type: 'meeting', ageInDays: 1 });
    expect(await isStale(id)).toBe(false);
  });

  it('can copy a lead: the copy has no interactions, so its score is stale', async () => {
    await database.rows(
      `CREATE TEMP TABLE copied AS SELECT * FROM leads;
       UPDATE copied SET id = 7, email = 'copy@example.com';
       INSERT INTO leads SELECT * FROM copied;
       DROP TABLE copied`,
    );
    expect(await isStale(7)).toBe(true);
    expect(await recalculateStale()).toEqual({ recalculateAllScores: { count: 1 } });
    expect((await readScores(database)).find((row) => row.id === 7)?.activityScore).toBe(3);
    expect(await verify()).toEqual({ count: 2, differences: [] });
  });

  it('can restore a lead with its interactions, whose score is right at once', async () => {
    const before = await readScores(database);
    await database.rows(restoration(id));
    expect(await isStale(id)).toBe(false);
    expect((await readScores(database))[0]?.activityScore).toBe(before[0]?.activityScore);
    expect(await verify()).toEqual({ count: 1, differences: [] });
  });

  it('makes a score stale if it changes the score and its points together', async () => {
    const [right] = await readScores(database);
    await database.rows(
      'UPDATE leads SET "activityScore" = "activityScore" + 3, "recencyPoints" = "recencyPoints" + 3',
    );
    expect(await isStale(id)).toBe(true);
    expect(await recalculateStale()).toEqual({ recalculateAllScores: { count: 1 } });
    expect((await readScores(database))[0]?.activityScore).toBe(right?.activityScore);
  });

  it('can change the id of a lead, whose list entry and summary follow', async () => {
    await api.ask(`mutation { regenerateSummary(id: ${id}) { id } }`);
    await database.rows('UPDATE leads SET id = 70');
    expect(
      await api.ask(
        '{ leadsConnection(orderBy: { field: SCORE, direction: DESC }) { nodes { id summaryDetail { isStale } } } }',
      ),
    ).toEqual({ leadsConnection: { nodes: [{ id: '70', summaryDetail: { isStale: false } }] } });
    expect(await verify()).toEqual({ count: 1, differences: [] });
  });
});

describe('recalculateAllScores(verify: true)', () => {
  const STATE = 'The contact state did not match the interactions.';
  const SCORE = 'The score did not match the budget, the status and the interactions.';
  const LISTING = 'The lists of leads did not match the lead.';

  /** Makes a change without firing triggers. */
  async function withoutTriggers(sql: string, values: unknown[] = []): Promise<void> {
    await database.rows('BEGIN; SET LOCAL session_replication_role = replica');
    await database.rows(sql, values);
    await database.rows('COMMIT');
  }

  it.each([
    [STATE, 'UPDATE leads SET "callCount" = 7 WHERE id = $1'],
    [STATE, 'UPDATE leads SET "meetingWeight" = 2 WHERE id = $1'],
    [STATE, `UPDATE leads SET "nextInteractionAt" = now() - interval '1 hour' WHERE id = $1`],
    [STATE, `UPDATE leads SET "nextInteractionAt" = now() + interval '1 hour' WHERE id = $1`],
    [STATE, `UPDATE leads SET "lastInteractionAt" = now() + interval '1 hour' WHERE id = $1`],
    [SCORE, 'UPDATE leads SET "activityScore" = 99 WHERE id = $1'],
    [
      SCORE,
      `UPDATE leads SET "recencyPoints" = "engagementPoints", "engagementPoints" = "recencyPoints" WHERE id = $1`,
    ],
    [
      SCORE,
      `UPDATE leads SET "activityScore" = 99, "scoreCalculatedAt" = "scoreCalculatedAt" - interval '1 year' WHERE id = $1`,
    ],
    [
      SCORE,
      `UPDATE leads SET "activityScore" = 99, "scoreCalculatedAt" = "scoreCalculatedAt" + interval '1 year' WHERE id = $1`,
    ],
    [SCORE, 'UPDATE leads SET "scoreCalculatedAt" = NULL WHERE id = $1'],
    [LISTING, 'UPDATE lead_scores SET "isOpen" = false WHERE "leadId" = $1'],
    [LISTING, 'UPDATE lead_scores SET score = 99 WHERE "leadId" = $1'],
    [LISTING, 'DELETE FROM lead_scores WHERE "leadId" = $1'],
    [LISTING, `UPDATE lead_scores SET "refreshAt" = 'infinity' WHERE "leadId" = $1`],
    [LISTING, `UPDATE lead_scores SET "retryAt" = 'infinity' WHERE "leadId" = $1`],
  ])('finds and repairs a difference (%s %s)', async (reason, sql) => {
    const [id = 0, other = 0] = await insertLeads(database, 2);
    for (const leadId of [id, other]) {
      await insertInteraction(database, leadId, { ageInDays: 3 });
      await insertInteraction(database, leadId, { ageInDays: -3 });
    }
    const listed = () => database.rows('SELECT "leadId", score, "isOpen" FROM lead_scores ORDER BY "leadId"');
    const before = await listed();
    await withoutTriggers(sql, [id]);
    expect(await verify()).toEqual({ count: 2, differences: [{ leadId: id, reason }] });
    expect(await verify()).toEqual({ count: 2, differences: [] });
    expect(await listed()).toEqual(before);
  });

  it('finds and removes the list entry of a lead that does not exist', async () => {
    const [id = 0, gone = 0] = await insertLeads(database, 2);
    await withoutTriggers('DELETE FROM leads WHERE id = $1', [gone]);
    const reason = 'The lists of leads had a lead that does not exist.';
    expect(await verify()).toEqual({ count: 1, differences: [{ leadId: gone, reason }] });
    expect(await verify()).toEqual({ count: 1, differences: [] });
    expect(await database.rows('SELECT "leadId" FROM lead_scores')).toEqual([{ leadId: id }]);
  });

  it('does not name leads whose state or score is only out of date', async () => {
    const [planned, unknown, scoredBefore] = await insertLeads(database, 3);
    for (const id of [planned, unknown, scoredBefore]) {
      await insertInteraction(database, id ?? 0, { ageInDays: -1 });
    }
    await passTime(database, 2);
    await withoutTriggers(`UPDATE leads SET "nextInteractionAt" = '-infinity' WHERE id = $1`, [unknown]);
    // The previous version writes scores like this.
    await database.rows('UPDATE leads SET "scoreParameters" = 7, "activityScore" = 9 WHERE id = $1', [
      scoredBefore,
    ]);
    expect(await verify()).toEqual({ count: 3, differences: [] });
    expect((await readScores(database)).map(({ activityScore }) => activityScore)).toEqual([47, 47, 47]);
  });

  it('records the leads that differ', async () => {
    const ids = await insertLeads(database, 4);
    const [count, weight, score] = ids;
    for (const id of ids) await insertInteraction(database, id, { ageInDays: 3 });
    await withoutTriggers('UPDATE leads SET "callCount" = 7 WHERE id = $1', [count]);
    await withoutTriggers('UPDATE leads SET "meetingWeight" = 2 WHERE id = $1', [weight]);
    await withoutTriggers('UPDATE leads SET "activityScore" = 99 WHERE id = $1', [score]);
    expect((await verify()).differences).toHaveLength(3);
    expect((await verify()).differences).toEqual([]);
    expect(
      await api.ask(
        '{ recalculations(first: 2) { nodes { isVerification differenceCount differences { leadId } } } }',
      ),
    ).toEqual({
      recalculations: {
        nodes: [
          { isVerification: true, differenceCount: 0, differences: [] },
          {
            isVerification: true,
            differenceCount: 3,
            differences: [{ leadId: count }, { leadId: weight }, { leadId: score }],
          },
        ],
      },
    });
  });

  it('finds interactions that were inserted without triggers, as by a data-only restore', async () => {
    const id = await insertLead(database);
    await withoutTriggers(
      `INSERT INTO interactions (type, date, "leadId", "createdAt", "updatedAt") VALUES ('meeting', now(), $1, now(), now())`,
      [id],
    );
    expect((await verify()).differences.map(({ leadId }) => leadId)).toEqual([id]);
    expect(await database.rows('SELECT "activityScore" FROM leads')).toEqual([{ activityScore: 52 }]);
  });

  it('cannot be combined with onlyStale', async () => {
    expect(
      await api.codeOf('mutation { recalculateAllScores(verify: true, onlyStale: true) { count } }'),
    ).toBe('BAD_USER_INPUT');
  });
});
