import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ScoreRefresher } from '../../src/recalculation/score-refresher.js';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { databaseReset } from '../support/database-reset.js';
import { insertInteraction, insertLead, insertLeads, readScores } from '../support/fixtures.js';
import { passTime } from '../support/pass-time.js';

let api: Api;
let database: Connection;
let reset: () => Promise<void>;

beforeAll(async () => {
  api = await startApi();
  database = await connect(api.databaseUrl);
  reset = await databaseReset(database);
});
afterAll(async () => {
  await database.close();
  await api.close();
});
afterEach(() => reset());

const isStale = async (id: number) =>
  (await api.ask<{ lead: { isScoreStale: boolean } }>(`{ lead(id: ${id}) { isScoreStale } }`)).lead
    .isScoreStale;

const recalculate = async (args = 'onlyStale: true') =>
  (
    await api.ask<{ recalculateAllScores: { count: number } }>(
      `mutation { recalculateAllScores(${args}) { count } }`,
    )
  ).recalculateAllScores.count;

async function findStale(): Promise<number[]> {
  const { leadsConnection } = await api.ask<{ leadsConnection: { nodes: { id: string }[] } }>(
    '{ leadsConnection(filter: { isScoreStale: true }) { nodes { id } } }',
  );
  return leadsConnection.nodes.map(({ id }) => Number(id)).sort((one, other) => one - other);
}

async function insertScoredLead(): Promise<number> {
  const id = await insertLead(database, { budget: 1000 });
  await insertInteraction(database, id, { type: 'call', ageInDays: 3 });
  await recalculate('onlyStale: false');
  return id;
}

/** Compares the stored score with the formula in SQL at the same instant. */
async function expectCorrectScore(id: number): Promise<void> {
  const [lead] = await database.rows<{ score: number; right: number }>(
    `SELECT leads."activityScore" AS score, "right"."activityScore" AS "right"
     FROM leads, contact_state_of(leads.id, leads."scoreCalculatedAt") AS state,
       score_of(leads."scoreCalculatedAt", budget, status, state."lastInteractionAt", state."lastContactAt",
         state."nextInteractionAt", state."nextContactAt", state."meetingWeight", state."callWeight",
         state."emailWeight", state."outboundEmailWeight") AS "right"
     WHERE leads.id = $1`,
    [id],
  );
  expect(lead?.score).toBe(lead?.right);
}

describe('a score is stale', () => {
  it('if it was never calculated, until it is', async () => {
    const id = await insertLead(database);
    expect(await isStale(id)).toBe(true);
    expect(await recalculate()).toBe(1);
    expect(await isStale(id)).toBe(false);
    expect(await recalculate()).toBe(0);
  });

  it('exactly if a recalculation now would store another number', async () => {
    // The score first falls by a point every few hours, and finally stays at 3.
    const id = await insertScoredLead();
    for (const days of [0.01, 0.5, 3, 20, 400, 1]) {
      const [{ activityScore: before = null } = {}] = await readScores(database);
      await passTime(database, days);
      const wasStale = await isStale(id);
      expect(await recalculate()).toBe(wasStale ? 1 : 0);
      await recalculate('onlyStale: false');
      const [{ activityScore: after = null } = {}] = await readScores(database);
      expect([days, wasStale]).toEqual([days, before !== after]);
    }
  });

  it('if a planned interaction has taken place since', async () => {
    const id = await insertLead(database);
    await insertInteraction(database, id, { type: 'meeting', ageInDays: -1 });
    expect(await isStale(id)).toBe(false);
    await passTime(database, 1.0001);
    expect(await isStale(id)).toBe(true);
    expect(await recalculate()).toBe(1);
    const [row] = await database.rows(`SELECT "meetingCount", "nextInteractionAt" FROM leads`);
    expect(row).toEqual({ meetingCount: 1, nextInteractionAt: null });
  });

  it('if a planned contact is now within 30 days', async () => {
    const id = await insertLead(database);
    await insertInteraction(database, id, { type: 'meeting', ageInDays: -31 });
    expect((await readScores(database))[0]?.activityScore).toBe(3);
    await passTime(database, 1.0001);
    expect(await isStale(id)).toBe(true);
    await recalculate();
    expect((await readScores(database))[0]?.activityScore).toBe(43);
  });

  it.each([
    {
      what: 'another program overwrote it',
      sql: 'UPDATE leads SET "activityScore" = "activityScore" + 1 WHERE id = $1',
    },
    {
      what: 'the previous version calculated it',
      sql: `UPDATE leads SET "activityScore" = 30, "recencyPoints" = 30, "engagementPoints" = 0, "budgetPoints" = 0,
         "statusPoints" = 0, "scoreParameters" = 7, "scoreCalculatedAt" = now() WHERE id = $1`,
    },
    {
      what: 'it is dated in the future',
      sql: `UPDATE leads SET "scoreCalculatedAt" = now() + interval '1 year' WHERE id = $1`,
    },
  ])('if $what, but not the score of another lead', async ({ sql }) => {
    const other = await insertScoredLead();
    const id = await insertScoredLead();
    expect(await isStale(id)).toBe(false);
    await database.rows(sql, [id]);
    expect(await isStale(id)).toBe(true);
    expect(await isStale(other)).toBe(false);
    expect(await recalculate()).toBe(1);
    expect(await isStale(id)).toBe(false);
    await expectCorrectScore(id);
  });

  it.each([
    { what: 'it was calculated', change: () => recalculate('onlyStale: false') },
    {
      what: 'a recalculation confirmed it',
      change: async () => {
        await recalculate('onlyStale: false');
        await passTime(database, 2);
        await recalculate('onlyStale: false');
      },
    },
    {
      what: 'it was refreshed',
      change: () => api.app.get(ScoreRefresher, { strict: false }).refresh(),
    },
    { what: 'the budget changed', change: () => database.rows('UPDATE leads SET budget = 3000') },
  ])('if the clock was set back after $what', async ({ change }) => {
    const ids = await insertLeads(database, 3);
    await change();
    expect(await findStale()).toEqual([]);
    await passTime(database, -1);
    expect(await findStale()).toEqual(ids);
    expect(await recalculate()).toBe(3);
    expect(await findStale()).toEqual([]);
  });

  it('if it is older than the requested age', async () => {
    await insertLead(database);
    await recalculate('onlyStale: false');
    await passTime(database, 1);
    expect(await recalculate()).toBe(0);
    expect(await recalculate('onlyStale: true, maxAgeHours: 24.5')).toBe(0);
    expect(await recalculate('onlyStale: true, maxAgeHours: 23.5')).toBe(1);
  });
});

describe('a score is current', () => {
  it.each([
    { what: 'the budget changes', sql: 'UPDATE leads SET budget = 2000 WHERE id = $1' },
    { what: 'the budget is removed', sql: 'UPDATE leads SET budget = NULL WHERE id = $1' },
    { what: 'the status changes', sql: `UPDATE leads SET status = 'won' WHERE id = $1` },
    {
      what: 'an interaction is added',
      sql: `INSERT INTO interactions (type, date, "leadId", "createdAt", "updatedAt") VALUES ('call', now(), $1, now(), now())`,
    },
    {
      what: 'an interaction at the current instant is added',
      sql: `INSERT INTO interactions (type, date, "leadId", "createdAt", "updatedAt")
            VALUES ('call', clock_timestamp(), $1, now(), now())`,
    },
    { what: 'an interaction is removed', sql: 'DELETE FROM interactions WHERE "leadId" = $1' },
    {
      what: 'the date of an interaction changes',
      sql: `UPDATE interactions SET date = date - interval '1 hour' WHERE "leadId" = $1`,
    },
    {
      what: 'the type of an interaction changes',
      sql: `UPDATE interactions SET type = 'meeting' WHERE "leadId" = $1`,
    },
    {
      what: 'an interaction gets a direction',
      sql: `UPDATE interactions SET type = 'email', direction = 'outbound' WHERE "leadId" = $1`,
    },
    { what: 'all interactions are removed', sql: 'TRUNCATE interactions' },
  ])('as soon as $what, in any program', async ({ sql }) => {
    const other = await insertScoredLead();
    const id = await insertScoredLead();
    const before = await readScores(database);
    await database.rows(sql, sql.includes('$1') ? [id] : []);
    const after = await readScores(database);
    expect([await isStale(id), await isStale(other)]).toEqual([false, false]);
    expect(after[1]?.scoreCalculatedAt).not.toEqual(before[1]?.scoreCalculatedAt);
    await expectCorrectScore(id);
    await expectCorrectScore(other);
    if (!sql.startsWith('TRUNCATE')) expect(after[0]).toEqual(before[0]);
  });

  it('if an interaction is added in a session without a search path, as by a restore', async () => {
    const id = await insertScoredLead();
    const [before] = await readScores(database);
    await database.rows(`SET search_path = ''`);
    await database.rows(
      `INSERT INTO public.interactions (type, date, "leadId", "createdAt", "updatedAt")
       VALUES ('call', now(), $1, now(), now())`,
      [id],
    );
    await database.rows('RESET search_path');
    await expectCorrectScore(id);
    expect((await readScores(database))[0]?.activityScore).toBeGreaterThan(before?.activityScore ?? 100);
  });

  it('for both leads if an interaction moves from one to the other', async () => {
    const from = await insertScoredLead();
    const to = await insertScoredLead();
    await database.rows('UPDATE interactions SET "leadId" = $2 WHERE "leadId" = $1', [from, to]);
    await expectCorrectScore(from);
    await expectCorrectScore(to);
    expect(await database.rows('SELECT "callCount" FROM leads ORDER BY id')).toEqual([
      { callCount: 0 },
      { callCount: 2 },
    ]);
  });

  it.each([
    {
      what: 'the name changes',
      sql: `UPDATE leads SET "firstName" = 'X', "updatedAt" = now() WHERE id = $1`,
    },
    {
      what: 'the budget is written unchanged',
      sql: 'UPDATE leads SET budget = budget, status = status WHERE id = $1',
    },
    {
      what: 'notes change',
      sql: `UPDATE interactions SET notes = 'X', "updatedAt" = now() WHERE "leadId" = $1`,
    },
  ])('and is not recalculated if $what', async ({ sql }) => {
    const id = await insertScoredLead();
    const before = await readScores(database);
    await database.rows(sql, [id]);
    expect(await readScores(database)).toEqual(before);
  });

  it('after every mutation', async () => {
    const { createLead } = await api.ask<{ createLead: { id: string; isScoreStale: boolean } }>(
      'mutation { createLead(createLeadInput: { firstName: "A", lastName: "B", email: "a@example.com" }) { id isScoreStale } }',
    );
    expect(createLead.isScoreStale).toBe(false);
    const id = Number(createLead.id);
    const { createInteraction } = await api.ask<{ createInteraction: { id: string } }>(
      `mutation { createInteraction(createInteractionInput: { leadId: ${id}, type: CALL, date: "2026-01-01" }) { id } }`,
    );
    expect(await isStale(id)).toBe(false);
    for (const change of [
      `updateLead(updateLeadInput: { id: ${id}, budget: 7, status: "won" }) { id }`,
      `updateInteraction(updateInteractionInput: { id: ${createInteraction.id}, type: MEETING }) { id }`,
      `removeInteraction(id: ${createInteraction.id})`,
      `regenerateSummary(id: ${id}) { id }`,
    ]) {
      await api.ask(`mutation { ${change} }`);
      expect([change, await isStale(id)]).toEqual([change, false]);
      await expectCorrectScore(id);
    }
  });
});

describe('recalculateAllScores(onlyStale: true)', () => {
  it('keeps all other scores, and its record shows that it was limited to stale ones', async () => {
    const ids = await insertLeads(database, 50);
    await recalculate('onlyStale: false');
    const before = await readScores(database);
    const changed = [ids[7], ids[33]];
    await database.rows('UPDATE leads SET "activityScore" = 50 WHERE id = ANY($1)', [changed]);
    expect(await recalculate()).toBe(2);
    const after = await readScores(database);
    expect(after.filter(({ id }) => !changed.includes(id))).toEqual(
      before.filter(({ id }) => !changed.includes(id)),
    );
    expect(after.filter(({ id }) => changed.includes(id)).map(({ activityScore }) => activityScore)).toEqual([
      3, 3,
    ]);
    expect(
      await api.ask('{ recalculations(first: 1) { nodes { onlyStale totalCount savedCount } } }'),
    ).toEqual({
      recalculations: { nodes: [{ onlyStale: true, totalCount: 2, savedCount: 2 }] },
    });
  });

  it.each([
    'maxAgeHours: 5',
    'onlyStale: false, maxAgeHours: 5',
    'onlyStale: true, maxAgeHours: -1',
    'onlyStale: true, maxAgeHours: 1e9',
  ])('rejects (%s)', async (args) => {
    expect(await api.codeOf(`mutation { recalculateAllScores(${args}) { count } }`)).toBe('BAD_USER_INPUT');
  });
});

it('isScoreStale takes one statement for all leads of a list', async () => {
  await insertLeads(database, 30);
  let leads: unknown[] = [];
  const count = await api.countStatements(async () => {
    ({ leads } = await api.ask<{ leads: unknown[] }>('{ leads { isScoreStale } }'));
  });
  expect(leads).toEqual(Array(30).fill({ isScoreStale: true }));
  expect(count).toBe(2);
});

it('isScoreStale is read again after each mutation of a request', async () => {
  const id = await insertScoredLead();
  await database.rows('UPDATE leads SET "activityScore" = 50 WHERE id = $1', [id]);
  const lead = `updateLead(updateLeadInput: { id: ${id}, firstName: "X" }) { isScoreStale }`;
  expect(
    await api.ask(
      `mutation { before: ${lead} recalculateAllScores(onlyStale: true) { count } after: ${lead} }`,
    ),
  ).toEqual({
    before: { isScoreStale: true },
    recalculateAllScores: { count: 1 },
    after: { isScoreStale: false },
  });
});
