import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inTransaction } from '../../src/database/transactions.js';
import { calculateActivityScore } from '../../src/leads/scoring/activity-score.js';
import type { ScoredInteraction } from '../../src/leads/scoring/contact-state.js';
import { recalculateLeads } from '../../src/leads/scoring/bulk-recalculation.js';
import { readClock } from '../../src/leads/scoring/lead-scores.js';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection, untilWaiting } from '../support/connection.js';
import { databaseReset } from '../support/database-reset.js';
import { insertInteraction, insertLead, insertLeads, readScores } from '../support/fixtures.js';
import { passTime } from '../support/pass-time.js';
import { pauseBeforeCommit, pauseBeforeWriting } from '../support/recalculation-pause.js';
import { until } from '../support/until.js';

const RECALCULATE = 'mutation { recalculateAllScores { count failedCount failures { leadId reason } } }';
const CREATE_CALL = `mutation ($leadId: Int!, $date: DateTime!) {
  createInteraction(createInteractionInput: { leadId: $leadId, type: CALL, date: $date }) { id }
}`;

/** Recency 40, engagement 6 (5.63), status 3: 48.63 rounds to 49. */
const SCORE_WITH_A_CALL = 49;

/** Interactions of another program have this age. */
const A_MOMENT_AGO = { ageInDays: 0.0001 };

let api: Api;
/** Blocks recalculations and locks rows. */
let lockHolder: Connection;
let other: Connection;

let keeper: Connection;
let reset: () => Promise<void>;

beforeAll(async () => {
  api = await startApi();
  keeper = await connect(api.databaseUrl);
  reset = await databaseReset(keeper);
});
afterAll(async () => {
  await keeper.close();
  await api.close();
});
beforeEach(async () => {
  lockHolder = await connect(api.databaseUrl);
  other = await connect(api.databaseUrl);
});
afterEach(async () => {
  await lockHolder.close();
  await other.close();
  await reset();
});

const scores = async () => (await readScores(other)).map(({ activityScore }) => activityScore);

describe('an interaction eventually counts in the score', () => {
  it.each([
    {
      what: 'written to the table',
      create: (leadId: number) => insertInteraction(other, leadId, A_MOMENT_AGO),
    },
    {
      what: 'created through the API',
      create: (leadId: number) =>
        api.ask(CREATE_CALL, { leadId, date: new Date(Date.UTC(2000, 1)).toISOString() }),
    },
  ])('if it is $what while the writing statement runs', async ({ create }) => {
    const [first, last] = [await insertLead(other), await insertLead(other)];
    const pause = await pauseBeforeWriting(lockHolder);
    const answer = api.send(RECALCULATE);
    await untilWaiting(other);
    await create(last);
    await insertInteraction(other, first, A_MOMENT_AGO);
    await pause.open();
    expect((await answer).errors).toBeUndefined();
    await expectCorrectScores();
    expect((await scores())[0]).toBe(SCORE_WITH_A_CALL);
  });

  it('if it is not committed yet when its lead is written', async () => {
    const ids = await insertLeads(other, 3);
    await lockHolder.rows('BEGIN');
    await insertInteraction(lockHolder, ids[1] ?? 0, A_MOMENT_AGO);
    const answer = api.send(RECALCULATE);
    await untilWaiting(other);
    await lockHolder.rows('COMMIT');
    expect(await answer).toMatchObject({ data: { recalculateAllScores: { count: 3, failedCount: 0 } } });
    expect(await scores()).toEqual([3, SCORE_WITH_A_CALL, 3]);
  });

  it('if it is created through the API and waits for the recalculation', async () => {
    const [first] = [await insertLead(other), await insertLead(other)];
    const pause = await pauseBeforeCommit(lockHolder);
    const recalculation = api.send(RECALCULATE);
    await untilWaiting(other);
    const [clock] = await other.rows<{ now: Date }>('SELECT clock_timestamp() AS now');
    const creation = api.send(CREATE_CALL, { leadId: first, date: clock?.now.toISOString() });
    await untilWaiting(other, 2);
    await pause.open();
    for (const answer of await Promise.all([recalculation, creation])) expect(answer.errors).toBeUndefined();
    expect(await scores()).toEqual([SCORE_WITH_A_CALL, 3]);
    const [one, two] = await readScores(other);
    expect(one?.scoreCalculatedAt?.getTime()).toBeGreaterThan(two?.scoreCalculatedAt?.getTime() ?? 0);
  });

  it('if it is written to the table and waits for the recalculation', async () => {
    const lead = await insertLead(other);
    const pause = await pauseBeforeCommit(lockHolder);
    const recalculation = api.send(RECALCULATE);
    await untilWaiting(other);
    const watcher = await connect(api.databaseUrl);
    const insertion = insertInteraction(other, lead, A_MOMENT_AGO);
    await untilWaiting(watcher, 2);
    await watcher.close();
    await pause.open();
    await Promise.all([recalculation, insertion]);
    expect(await api.ask(`{ lead(id: ${lead}) { activityScore isScoreStale } }`)).toEqual({
      lead: { activityScore: SCORE_WITH_A_CALL, isScoreStale: false },
    });
  });
});

describe('a lead that is changed while a recalculation runs', () => {
  it.each([
    {
      by: 'the API',
      rename: (id: number) =>
        api.ask(
          `mutation { updateLead(updateLeadInput: { id: ${id}, firstName: "Renamed", status: "won" }) { id } }`,
        ),
      remove: (id: number) => api.ask(`mutation { removeLead(id: ${id}) }`),
    },
    {
      by: 'another program',
      rename: (id: number) =>
        other.rows(`UPDATE leads SET "firstName" = 'Renamed', status = 'won' WHERE id = $1`, [id]),
      remove: (id: number) => other.rows('DELETE FROM leads WHERE id = $1', [id]),
    },
  ])('by $by stays renamed or removed', async ({ rename, remove }) => {
    const [renamed = 0, removed = 0, alone = 0] = await insertLeads(other, 3);
    const pause = await pauseBeforeWriting(lockHolder);
    const answer = api.send(RECALCULATE);
    await untilWaiting(other);
    await rename(renamed);
    await remove(removed);
    await pause.open();
    expect((await answer).errors).toBeUndefined();
    expect(
      await other.rows('SELECT id, "firstName", status, "activityScore" FROM leads ORDER BY id'),
    ).toEqual([
      { id: renamed, firstName: 'Renamed', status: 'won', activityScore: 10 },
      { id: alone, firstName: 'First', status: 'new', activityScore: 3 },
    ]);
    const { recalculations } = await api.ask<{ recalculations: { nodes: unknown[] } }>(
      '{ recalculations { nodes { totalCount savedCount skippedCount failedCount } } }',
    );
    const run = recalculations.nodes[0] as { savedCount: number; skippedCount: number };
    expect(recalculations.nodes).toMatchObject([{ totalCount: 3, failedCount: 0 }]);
    expect(run.savedCount + run.skippedCount).toBe(3);
  });

  it('keeps a score that is newer than the recalculation', async () => {
    const [changed = 0, left = 0] = await insertLeads(other, 2);
    const pause = await pauseBeforeWriting(lockHolder);
    const answer = api.send(RECALCULATE);
    await untilWaiting(other);
    await api.ask(`mutation { regenerateSummary(id: ${changed}) { id } }`);
    const fresher = (await readScores(other))[0]?.scoreCalculatedAt;
    await pause.open();
    expect(await answer).toMatchObject({ data: { recalculateAllScores: { count: 1 } } });
    const [first, second] = await readScores(other);
    expect(first?.scoreCalculatedAt).toEqual(fresher);
    expect(second).toMatchObject({ id: left, activityScore: 3 });
    expect(second?.scoreCalculatedAt?.getTime()).toBeLessThan(fresher?.getTime() ?? 0);
  });
});

describe('a lead that another transaction has locked', () => {
  it('is saved if it is unlocked soon', async () => {
    const ids = await insertLeads(other, 20);
    await lockHolder.rows('BEGIN');
    await lockHolder.rows('SELECT 1 FROM leads WHERE id = ANY($1) FOR UPDATE', [[ids[3], ids[11]]]);
    const answer = api.send(RECALCULATE);
    // All leads but these two are written: the recalculation no longer waits for them, but retries.
    await untilRow(`SELECT FROM rescore_runs WHERE "doneCount" = 18`);
    await lockHolder.rows('ROLLBACK');
    expect(await answer).toMatchObject({ data: { recalculateAllScores: { count: 20, failedCount: 0 } } });
    expect(await scores()).toEqual(Array(20).fill(3));
  });

  it('is named if it stays locked, and all others are saved', async () => {
    const ids = await insertLeads(other, 20);
    await lockHolder.rows('BEGIN');
    await lockHolder.rows('SELECT 1 FROM leads WHERE id = $1 FOR UPDATE', [ids[3]]);
    const { recalculateAllScores } = await api.ask<{ recalculateAllScores: unknown }>(RECALCULATE);
    await lockHolder.rows('ROLLBACK');
    expect(recalculateAllScores).toEqual({
      count: 19,
      failedCount: 1,
      failures: [{ leadId: ids[3], reason: 'The row is locked by another transaction.' }],
    });
    expect((await readScores(other)).filter(({ activityScore }) => activityScore === null)).toMatchObject([
      { id: ids[3] },
    ]);
  });

  it('is named if that transaction has locked the table of interactions, which its score needs', async () => {
    const ids = await insertLeads(other, 20);
    await insertInteraction(other, ids[3] ?? 0, { ageInDays: -1 });
    // The planned interaction has taken place, so the contact state must be read from the interactions.
    await passTime(other, 2);
    await lockHolder.rows('BEGIN; LOCK TABLE interactions IN ACCESS EXCLUSIVE MODE');
    const { recalculateAllScores } = await api.ask<{ recalculateAllScores: unknown }>(RECALCULATE);
    await lockHolder.rows('ROLLBACK');
    expect(recalculateAllScores).toEqual({
      count: 19,
      failedCount: 1,
      failures: [{ leadId: ids[3], reason: 'The row is locked by another transaction.' }],
    });
  });

  it('fails a verification, which must read the interactions, with an error that names the lock', async () => {
    await insertLeads(other, 2);
    await lockHolder.rows('BEGIN; LOCK TABLE interactions IN ACCESS EXCLUSIVE MODE');
    const { errors } = await api.send('mutation { recalculateAllScores(verify: true) { count } }');
    await lockHolder.rows('ROLLBACK');
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('Another transaction has locked rows or a table') as unknown,
        extensions: { code: 'RECALCULATION_FAILED' },
      },
    ]);
  });

  it('causes no deadlock if that transaction waits for the recalculation', async () => {
    const [first, last] = await insertLeads(other, 2);
    await lockHolder.rows(`BEGIN; SET LOCAL deadlock_timeout = '10ms'`);
    await lockHolder.rows('UPDATE leads SET company = $1 WHERE id = $2', ['Mine', last]);
    const answer = api.send(RECALCULATE);
    await untilRow(`SELECT FROM rescore_runs WHERE "doneCount" = 1`);
    await lockHolder.rows('UPDATE leads SET company = $1 WHERE id = $2', ['Mine', first]);
    await lockHolder.rows('COMMIT');
    expect(await answer).toMatchObject({ data: { recalculateAllScores: { count: 1, failedCount: 1 } } });
    expect(await other.rows(`SELECT FROM leads WHERE company = 'Mine'`)).toHaveLength(2);
  });
});

it('a recalculation waits for a lock on the table without locking a lead', async () => {
  const [lead] = await insertLeads(other, 3);
  await lockHolder.rows('BEGIN; LOCK TABLE leads IN SHARE MODE');
  const answer = api.send(RECALCULATE);
  // Longer than a recalculation ever waits for a lead.
  await untilRow(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
    AND clock_timestamp() - query_start > interval '1 second'`);
  expect(await other.rows('SELECT id FROM leads WHERE id = $1 FOR UPDATE NOWAIT', [lead])).toHaveLength(1);
  await lockHolder.rows('COMMIT');
  expect(await answer).toMatchObject({ data: { recalculateAllScores: { count: 3, failedCount: 0 } } });
});

it('a recalculation stays below 64 subtransactions at any size', async () => {
  await insertLeads(other, 2000);
  const pause = await pauseBeforeCommit(lockHolder);
  const recalculation = inTransaction(api.sequelize, async (transaction) => {
    await api.sequelize.query('SELECT pg_advisory_xact_lock(7316002)', { transaction });
    return recalculateLeads(api.sequelize, transaction, {
      asOf: await readClock(api.sequelize, transaction),
      ids: null,
      totalCount: 2000,
      batchSize: 1,
    });
  });
  await untilWaiting(other);
  const [backend] = await other.rows<{ count: number; overflowed: boolean }>(`
    SELECT s.subxact_count AS count, s.subxact_overflowed AS overflowed
    FROM pg_stat_get_backend_idset() AS id,
      pg_stat_get_backend_subxact(id) AS s
    ORDER BY s.subxact_count DESC LIMIT 1`);
  await pause.open();
  expect(await recalculation).toMatchObject({ savedCount: 2000, failedCount: 0 });
  expect(backend?.overflowed).toBe(false);
  expect(backend?.count).toBeGreaterThan(20);
  expect(backend?.count).toBeLessThan(64);
});

it('recalculations under load cause no error, and every score is correct', async () => {
  const ids = await insertLeads(other, 300);
  await other.rows(`
    INSERT INTO interactions (type, date, "leadId", "createdAt", "updatedAt")
    SELECT 'email', now() - random() * interval '90 days', id, now(), now() FROM leads, generate_series(1, 5)`);
  const failures: unknown[] = [];
  let isOver = false;
  let writes = 0;
  const leadAt = (index: number) => ids[(index * 7) % ids.length] ?? 0;
  const writers = Array.from({ length: 6 }, async (_, writer) => {
    for (let index = writer; !isOver; index += 6) {
      const id = leadAt(index);
      const document = [
        `mutation { createInteraction(createInteractionInput: { leadId: ${id}, type: MEETING, date: "2026-01-01" }) { id } }`,
        `mutation { updateLead(updateLeadInput: { id: ${id}, budget: ${index} }) { id } }`,
        `mutation { regenerateSummary(id: ${id}) { id } }`,
      ][index % 3];
      const { errors } = await api.send(document ?? '');
      writes += 1;
      if (errors !== undefined) failures.push(errors);
    }
  });
  const raw = (async () => {
    for (let index = 0; !isOver; index += 1) {
      await insertInteraction(other, leadAt(index * 3), { type: 'call', ageInDays: 1 });
    }
  })();
  for (let run = 0; run < 12; run += 1) {
    const { errors } = await api.send(RECALCULATE);
    if (errors !== undefined) failures.push(errors);
  }
  isOver = true;
  await Promise.all([...writers, raw]);
  expect(failures).toEqual([]);
  expect(writes).toBeGreaterThan(30);
  await expectCorrectScores();
});

async function untilRow(sql: string): Promise<void> {
  await until(async () => (await other.rows(sql)).length > 0);
}

/** Compares each score with the formula in TypeScript, at the instant of that score. */
async function expectCorrectScores(): Promise<void> {
  const leads = await other.rows<{
    id: number;
    budget: string | null;
    status: string;
    activityScore: number;
    scoreCalculatedAt: Date;
  }>('SELECT * FROM leads ORDER BY id');
  const interactions = await other.rows<ScoredInteraction & { leadId: number }>('SELECT * FROM interactions');
  const expected = leads.map((lead) => {
    const { activityScore } = calculateActivityScore(
      { budget: lead.budget === null ? null : Number(lead.budget), status: lead.status },
      interactions.filter(({ leadId }) => leadId === lead.id),
      lead.scoreCalculatedAt,
    );
    return [lead.id, activityScore];
  });
  expect(leads.map(({ id, activityScore }) => [id, activityScore])).toEqual(expected);
}
