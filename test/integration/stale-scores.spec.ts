import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { insertInteraction, insertLead, insertLeads, readScores } from '../support/fixtures.js';

let api: Api;
let database: Connection;

beforeEach(async () => {
  api = await startApi();
  database = await connect(api.databaseUrl);
});
afterEach(async () => {
  await database.close();
  await api.close();
});

const isStale = async (id: number) =>
  (await api.ask<{ lead: { scoreIsStale: boolean } }>(`{ lead(id: ${id}) { scoreIsStale } }`)).lead
    .scoreIsStale;

const rescoreStale = async (args = 'onlyStale: true') =>
  (
    await api.ask<{ recalculateAllScores: { count: number } }>(
      `mutation { recalculateAllScores(${args}) { count } }`,
    )
  ).recalculateAllScores.count;

async function insertScoredLead(): Promise<number> {
  const id = await insertLead(database, { budget: 1000 });
  await insertInteraction(database, id, { type: 'call', ageInDays: 3 });
  await rescoreStale('onlyStale: false');
  return id;
}

/** As if it had been scored, and changed for the last time, that long ago. */
const backdate = (id: number, hours: number) =>
  database.rows(
    `UPDATE leads SET "scoreCalculatedAt" = now() - $2 * interval '1 hour',
       "scoreInputsChangedAt" = now() - $2 * interval '1 hour' WHERE id = $1`,
    [id, hours],
  );

describe('a score is stale', () => {
  it('where it was never calculated, and no longer once it is', async () => {
    const id = await insertLead(database);
    expect(await isStale(id)).toBe(true);
    expect(await rescoreStale()).toBe(1);
    expect(await isStale(id)).toBe(false);
    expect(await rescoreStale()).toBe(0);
  });

  it.each([
    { what: 'the budget changes', sql: 'UPDATE leads SET budget = 2000 WHERE id = $1' },
    { what: 'the budget is removed', sql: 'UPDATE leads SET budget = NULL WHERE id = $1' },
    { what: 'the status changes', sql: `UPDATE leads SET status = 'won' WHERE id = $1` },
    {
      what: 'an interaction comes',
      sql: `INSERT INTO interactions (type, date, "leadId", "createdAt", "updatedAt") VALUES ('call', now(), $1, now(), now())`,
    },
    { what: 'an interaction goes', sql: 'DELETE FROM interactions WHERE "leadId" = $1' },
    {
      what: 'an interaction moves in time',
      sql: `UPDATE interactions SET date = date - interval '1 hour' WHERE "leadId" = $1`,
    },
    {
      what: 'an interaction becomes another',
      sql: `UPDATE interactions SET type = 'meeting' WHERE "leadId" = $1`,
    },
    { what: 'all interactions go', sql: 'TRUNCATE interactions' },
    {
      what: 'other parameters made it',
      sql: 'UPDATE leads SET "scoreParameters" = "scoreParameters" + 1 WHERE id = $1',
    },
    { what: 'an earlier version made it', sql: 'UPDATE leads SET "scoreParameters" = NULL WHERE id = $1' },
    {
      what: 'another program wrote over it',
      sql: 'UPDATE leads SET "activityScore" = "activityScore" + 1 WHERE id = $1',
    },
  ])('where $what, whoever does it, and no other lead’s is', async ({ sql }) => {
    const other = await insertLead(database);
    const id = await insertScoredLead();
    expect(await isStale(id)).toBe(false);
    await database.rows(sql, sql.includes('$1') ? [id] : []);
    expect(await isStale(id)).toBe(true);
    if (!sql.startsWith('TRUNCATE')) expect(await isStale(other)).toBe(false);
    await rescoreStale();
    expect(await isStale(id)).toBe(false);
  });

  it('where an interaction comes from a session without a search path, as a restore has none', async () => {
    const id = await insertScoredLead();
    await database.rows(`SET search_path = ''`);
    await database.rows(
      `INSERT INTO public.interactions (type, date, "leadId", "createdAt", "updatedAt")
       VALUES ('call', now(), $1, now(), now())`,
      [id],
    );
    expect(await isStale(id)).toBe(true);
  });

  it('of both leads where an interaction goes from one to the other', async () => {
    const from = await insertScoredLead();
    const to = await insertScoredLead();
    await database.rows('UPDATE interactions SET "leadId" = $2 WHERE "leadId" = $1', [from, to]);
    expect([await isStale(from), await isStale(to)]).toEqual([true, true]);
  });

  it('where an interaction that was planned has taken place since', async () => {
    const id = await insertLead(database);
    await insertInteraction(database, id, { type: 'meeting', ageInDays: 0.001 });
    await rescoreStale();
    // As if it had been scored an hour ago, when the meeting was yet to come.
    await backdate(id, 1);
    expect(await isStale(id)).toBe(true);
  });

  it('where it is older than a day, or than the age asked for', async () => {
    const id = await insertScoredLead();
    await backdate(id, 23);
    expect(await isStale(id)).toBe(false);
    expect(await rescoreStale()).toBe(0);
    expect(await rescoreStale('onlyStale: true, maxAgeHours: 23.5')).toBe(0);
    expect(await rescoreStale('onlyStale: true, maxAgeHours: 22.5')).toBe(1);
    await backdate(id, 25);
    expect(await isStale(id)).toBe(true);
    expect(await rescoreStale()).toBe(1);
  });

  it('where it is older than the setting says', async () => {
    const patient = await startApi({ SCORE_MAX_AGE_HOURS: '48' }, api.databaseUrl);
    const id = await insertScoredLead();
    const ask = () => patient.ask(`{ lead(id: ${id}) { scoreIsStale } }`);
    await backdate(id, 47);
    expect(await ask()).toEqual({ lead: { scoreIsStale: false } });
    await backdate(id, 49);
    expect(await ask()).toEqual({ lead: { scoreIsStale: true } });
    await patient.close();
  });
});

describe('a score is not stale', () => {
  it.each([
    {
      what: 'the name changes',
      sql: `UPDATE leads SET "firstName" = 'X', "updatedAt" = now() WHERE id = $1`,
    },
    {
      what: 'the budget is written as it was',
      sql: 'UPDATE leads SET budget = budget, status = status WHERE id = $1',
    },
    {
      what: 'notes change',
      sql: `UPDATE interactions SET notes = 'X', "updatedAt" = now() WHERE "leadId" = $1`,
    },
  ])('where $what', async ({ sql }) => {
    const id = await insertScoredLead();
    await database.rows(sql, [id]);
    expect(await isStale(id)).toBe(false);
  });

  it('after whatever the API does', async () => {
    const { createLead } = await api.ask<{ createLead: { id: string; scoreIsStale: boolean } }>(
      'mutation { createLead(createLeadInput: { firstName: "A", lastName: "B", email: "a@example.com" }) { id scoreIsStale } }',
    );
    expect(createLead.scoreIsStale).toBe(false);
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
    }
  });
});

describe('recalculateAllScores(onlyStale: true)', () => {
  it('leaves all other scores as they are, and its record says that it was about stale ones', async () => {
    const ids = await insertLeads(database, 50);
    await rescoreStale('onlyStale: false');
    const before = await readScores(database);
    const changed = [ids[7], ids[33]];
    await database.rows(`UPDATE leads SET status = 'won' WHERE id = ANY($1)`, [changed]);
    expect(await rescoreStale()).toBe(2);
    const after = await readScores(database);
    expect(after.filter(({ id }) => !changed.includes(id))).toEqual(
      before.filter(({ id }) => !changed.includes(id)),
    );
    expect(after.filter(({ id }) => changed.includes(id)).map(({ activityScore }) => activityScore)).toEqual([
      10, 10,
    ]);
    expect(await api.ask('{ rescoreRuns(first: 1) { nodes { onlyStale totalCount doneCount } } }')).toEqual({
      rescoreRuns: { nodes: [{ onlyStale: true, totalCount: 2, doneCount: 2 }] },
    });
  });

  it.each([
    'maxAgeHours: 5',
    'onlyStale: false, maxAgeHours: 5',
    'onlyStale: true, maxAgeHours: -1',
    'onlyStale: true, maxAgeHours: 1e9',
  ])('refuses (%s)', async (args) => {
    expect(await api.codeOf(`mutation { recalculateAllScores(${args}) { count } }`)).toBe('BAD_USER_INPUT');
  });
});

it('asks once for all leads of a list', async () => {
  await insertLeads(database, 30);
  let leads: unknown[] = [];
  const count = await api.countStatements(async () => {
    ({ leads } = await api.ask<{ leads: unknown[] }>('{ leads { scoreIsStale } }'));
  });
  expect(leads).toEqual(Array(30).fill({ scoreIsStale: true }));
  expect(count).toBe(2);
});

it('is told anew after each mutation of one request', async () => {
  const id = await insertScoredLead();
  await database.rows(`UPDATE leads SET status = 'won' WHERE id = $1`, [id]);
  const lead = `updateLead(updateLeadInput: { id: ${id}, firstName: "X" }) { scoreIsStale }`;
  expect(
    await api.ask(
      `mutation { before: ${lead} recalculateAllScores(onlyStale: true) { count } after: ${lead} }`,
    ),
  ).toEqual({
    before: { scoreIsStale: true },
    recalculateAllScores: { count: 1 },
    after: { scoreIsStale: false },
  });
});
