import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ADVISORY_LOCKS } from '../../src/database/advisory-locks.js';
import { ScoreRefresher } from '../../src/recalculation/score-refresher.js';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { removeLeads } from '../support/database-reset.js';
import { insertInteraction, insertLead, insertLeads, readScores } from '../support/fixtures.js';
import { passTime } from '../support/pass-time.js';

let api: Api;
let database: Connection;
let refresher: ScoreRefresher;

beforeAll(async () => {
  api = await startApi();
  database = await connect(api.databaseUrl);
  refresher = api.app.get(ScoreRefresher, { strict: false });
});
afterAll(async () => {
  await database.close();
  await api.close();
});
beforeEach(() => removeLeads(database));

/** Inserts leads, each with a call up to 19 days ago. */
async function insertCalledLeads(count: number): Promise<number[]> {
  const ids = await insertLeads(database, count);
  await database.rows(
    `INSERT INTO interactions (type, date, "leadId", "createdAt", "updatedAt")
     SELECT 'call', now() - (id % 20) * interval '1 day', id, now(), now() FROM leads`,
  );
  return ids;
}

const countStale = async () =>
  (
    await api.ask<{ leadsConnection: { totalCount: number } }>(
      '{ leadsConnection(filter: { isScoreStale: true }) { totalCount } }',
    )
  ).leadsConnection.totalCount;

describe('a refresh', () => {
  it('scores exactly the leads that are due, and leaves no stale score', async () => {
    await insertCalledLeads(60);
    const closed = await insertLead(database, { status: 'lost' });
    expect(await refresher.refresh()).toEqual({ savedCount: 1, failures: [] });
    expect(await refresher.refresh()).toEqual({ savedCount: 0, failures: [] });

    await passTime(database, 0.02);
    const [{ due = 0 } = {}] = await database.rows<{ due: number }>(
      'SELECT count(*)::int AS due FROM lead_scores WHERE "refreshAt" <= now()',
    );
    expect(due).toBeLessThan(60);
    const before = await readScores(database);
    expect(await refresher.refresh()).toEqual({ savedCount: due, failures: [] });
    const after = await readScores(database);
    const isSame = (index: number) =>
      before[index]?.scoreCalculatedAt?.getTime() === after[index]?.scoreCalculatedAt?.getTime();
    expect(before.filter((_, index) => !isSame(index))).toHaveLength(due);
    expect(isSame(before.findIndex(({ id }) => id === closed))).toBe(true);
    expect(await countStale()).toBe(0);
  });

  it.each([0.5, 10, 40, 500])(
    'after %s days leaves the scores that a recalculation would store',
    async (days) => {
      await insertCalledLeads(40);
      const planned = await insertLead(database);
      await insertInteraction(database, planned, { type: 'meeting', ageInDays: -9 });
      await passTime(database, days);
      // Takes several batches.
      await refresher.refresh(undefined, 7);
      expect(await countStale()).toBe(0);
      const refreshed = (await readScores(database)).map(({ activityScore }) => activityScore);
      await api.ask('mutation { recalculateAllScores { count } }');
      expect(refreshed).toEqual((await readScores(database)).map(({ activityScore }) => activityScore));
    },
  );

  it('replaces scores that are dated in the future after the clock was set back', async () => {
    const ids = await insertCalledLeads(5);
    await refresher.refresh();
    await passTime(database, -365);
    expect(await countStale()).toBe(5);
    expect(await refresher.refresh()).toEqual({ savedCount: 5, failures: [] });
    expect(await countStale()).toBe(0);
    expect((await readScores(database)).map(({ id }) => id)).toEqual(ids);
  });

  it('leaves locked leads for later without waiting for them', async () => {
    const ids = await insertCalledLeads(20);
    await passTime(database, 3);
    const lockHolder = await connect(api.databaseUrl);
    await lockHolder.rows('BEGIN');
    await lockHolder.rows('SELECT FROM leads WHERE id = $1 FOR UPDATE', [ids[3]]);
    expect(await refresher.refresh()).toEqual({ savedCount: 19, failures: [] });
    await lockHolder.rows('ROLLBACK');
    expect(await refresher.refresh()).toEqual({ savedCount: 1, failures: [] });
    await lockHolder.close();
  });

  it('continues past more locked leads than fit in a batch', async () => {
    const ids = await insertCalledLeads(20);
    await passTime(database, 3);
    const lockHolder = await connect(api.databaseUrl);
    await lockHolder.rows('BEGIN');
    await lockHolder.rows('SELECT FROM leads WHERE id = ANY($1) FOR UPDATE', [ids.slice(0, 8)]);
    expect(await refresher.refresh(undefined, 4)).toEqual({ savedCount: 12, failures: [] });
    await lockHolder.rows('ROLLBACK');
    expect(await refresher.refresh(undefined, 4)).toEqual({ savedCount: 8, failures: [] });
    await lockHolder.close();
  });

  it.each([
    ['another replica refreshes', ADVISORY_LOCKS.scoreRefresh],
    ['a recalculation runs', ADVISORY_LOCKS.bulkScoring],
  ])('does nothing while %s', async (_, lock) => {
    await insertCalledLeads(3);
    await passTime(database, 3);
    const lockHolder = await connect(api.databaseUrl);
    await lockHolder.rows('SELECT pg_advisory_lock($1)', [lock]);
    expect(await refresher.refresh()).toEqual({ savedCount: 0, failures: [] });
    await lockHolder.rows('SELECT pg_advisory_unlock($1)', [lock]);
    expect(await refresher.refresh()).toEqual({ savedCount: 3, failures: [] });
    await lockHolder.close();
  });

  describe('of a lead that the database rejects', () => {
    beforeEach(() =>
      database.rows(
        'ALTER TABLE leads ADD CONSTRAINT no_three CHECK ("activityScore" IS DISTINCT FROM 3) NOT VALID',
      ),
    );
    afterEach(() => database.rows('ALTER TABLE leads DROP CONSTRAINT no_three'));

    it('names it, saves the others, and retries it after an hour', async () => {
      const [rejected] = await insertLeads(database, 1);
      const fine = await insertLead(database, { status: 'qualified' });
      expect(await refresher.refresh()).toEqual({
        savedCount: 1,
        failures: [{ leadId: rejected, reason: 'A check constraint of the database rejected the row.' }],
      });
      expect((await readScores(database)).map(({ id, activityScore }) => [id, activityScore])).toEqual([
        [rejected, null],
        [fine, 7],
      ]);
      expect(await refresher.refresh()).toEqual({ savedCount: 0, failures: [] });
      await passTime(database, 1 / 23);
      expect((await refresher.refresh()).failures).toHaveLength(1);
    });

    it('retries at once if the clock was set back', async () => {
      await insertLeads(database, 1);
      expect((await refresher.refresh()).failures).toHaveLength(1);
      await passTime(database, -1);
      expect((await refresher.refresh()).failures).toHaveLength(1);
    });

    it('lets a recalculation of stale scores include it at any time', async () => {
      await insertLeads(database, 1);
      expect((await refresher.refresh()).failures).toHaveLength(1);
      await database.rows('ALTER TABLE leads DROP CONSTRAINT no_three');
      await database.rows('ALTER TABLE leads ADD CONSTRAINT no_three CHECK (true)');
      expect(await api.ask('mutation { recalculateAllScores(onlyStale: true) { count } }')).toEqual({
        recalculateAllScores: { count: 1 },
      });
      expect(await database.rows('SELECT "retryAt" FROM lead_scores')).toEqual([{ retryAt: null }]);
    });

    it('continues past more of them than fit in a batch', async () => {
      await insertLeads(database, 9);
      const fine = await insertLead(database, { status: 'qualified' });
      expect(await refresher.refresh(undefined, 4)).toMatchObject({ savedCount: 1, failures: { length: 9 } });
      expect((await readScores(database)).find(({ id }) => id === fine)?.activityScore).toBe(7);
    });
  });
});

it('a server refreshes scores at startup and then at the configured interval', async () => {
  await insertCalledLeads(5);
  await passTime(database, 3);
  const server = await startApi({ SCORE_REFRESH_SECONDS: '1' }, api.databaseUrl);
  try {
    await expectEventually(countStale, 0);
    await passTime(database, 3);
    expect(await countStale()).toBeGreaterThan(0);
    await expectEventually(countStale, 0);
  } finally {
    await server.close();
  }
});

async function expectEventually(read: () => Promise<number>, expected: number): Promise<void> {
  const deadline = performance.now() + 10_000;
  while ((await read()) !== expected && performance.now() < deadline);
  expect(await read()).toBe(expected);
}
