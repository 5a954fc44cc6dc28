import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { insertInteraction, insertLead, insertLeads } from '../support/fixtures.js';
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
beforeEach(() => database.rows('TRUNCATE leads, interactions RESTART IDENTITY'));

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

/** What another program may do to interactions and leads. */
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
);

function insertion(rows: readonly { lead: number; type: string; direction: string; date: string }[]): string {
  const values = rows.map(
    (one) => `('${one.type}', ${one.direction}, (${one.date})::timestamptz, ${one.lead}, now(), now())`,
  );
  return `INSERT INTO interactions (type, direction, date, "leadId", "createdAt", "updatedAt")
    SELECT type::enum_interactions_type, direction::enum_interactions_direction, date, "leadId", "createdAt", "updatedAt"
    FROM (VALUES ${values.join(', ')}) AS given (type, direction, date, "leadId", "createdAt", "updatedAt")`;
}

describe('the contact state and the score of each lead', () => {
  it('match the interactions whatever another program does, and however much time passes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 5, arbitrary: change }, fc.integer({ min: 1, max: 60 })), {
          minLength: 1,
          maxLength: 12,
        }),
        async (steps) => {
          await database.rows('TRUNCATE leads, interactions RESTART IDENTITY');
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

  it('match them after writers beside each other, of which some roll back', async () => {
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

  it('are kept in constant time: one more interaction reads none of those before it', async () => {
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

describe('recalculateAllScores(verify: true)', () => {
  it('names the leads that differ from their interactions, and repairs them', async () => {
    const [count, weight, score, fine] = await insertLeads(database, 4);
    for (const id of [count, weight, score, fine])
      await insertInteraction(database, id ?? 0, { ageInDays: 3 });
    await database.rows('BEGIN; SET LOCAL session_replication_role = replica');
    await database.rows('UPDATE leads SET "callCount" = 7 WHERE id = $1', [count]);
    await database.rows('UPDATE leads SET "meetingWeight" = 2 WHERE id = $1', [weight]);
    await database.rows('UPDATE leads SET "activityScore" = 99 WHERE id = $1', [score]);
    await database.rows('COMMIT');
    const state = 'The contact state did not match the interactions.';
    expect(await verify()).toEqual({
      count: 4,
      differences: [
        { leadId: count, reason: state },
        { leadId: weight, reason: state },
        { leadId: score, reason: 'The score did not match the budget, the status and the interactions.' },
      ],
    });
    expect(await verify()).toEqual({ count: 4, differences: [] });
    expect(
      await api.ask(
        '{ rescoreRuns(first: 2) { nodes { isVerification differenceCount differences { leadId } } } }',
      ),
    ).toEqual({
      rescoreRuns: {
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

  it('finds interactions that came without triggers, as with a data-only restore', async () => {
    const id = await insertLead(database);
    await database.rows('BEGIN; SET LOCAL session_replication_role = replica');
    await insertInteraction(database, id, { type: 'meeting' });
    await database.rows('COMMIT');
    expect((await verify()).differences.map(({ leadId }) => leadId)).toEqual([id]);
    expect(await database.rows('SELECT "activityScore" FROM leads')).toEqual([{ activityScore: 52 }]);
  });

  it('goes with all leads', async () => {
    expect(
      await api.codeOf('mutation { recalculateAllScores(verify: true, onlyStale: true) { count } }'),
    ).toBe('BAD_USER_INPUT');
  });
});
