import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calculateActivityScore } from '../../src/leads/scoring/activity-score.js';
import type { ScoredInteraction } from '../../src/leads/scoring/contact-state.js';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection, untilWaiting } from '../support/connection.js';
import { databaseReset } from '../support/database-reset.js';
import { insertInteraction, insertLead, insertLeads, readScores } from '../support/fixtures.js';
import { until } from '../support/until.js';

const RECALCULATE = 'mutation { recalculateAllScores { count failedCount failures { leadId reason } } }';

interface Recalculated {
  readonly recalculateAllScores: {
    readonly count: number;
    readonly failedCount: number;
    readonly failures: readonly { leadId: number; reason: string }[];
  };
}

let api: Api;
let reset: () => Promise<void>;
let keeper: Connection;
let other: Connection;

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
  other = await connect(api.databaseUrl);
});
afterEach(async () => {
  await other.close();
  await reset();
});

const recalculate = async () => (await api.ask<Recalculated>(RECALCULATE)).recalculateAllScores;

/** Creates a trigger that rejects updates of certain leads. */
const rejectUpdatesOf = (condition: string) =>
  other.rows(`
    CREATE FUNCTION reject() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'secret internals: %', NEW.email; END $$;
    CREATE TRIGGER reject BEFORE UPDATE ON leads FOR EACH ROW WHEN (${condition}) EXECUTE FUNCTION reject()`);

describe('recalculateAllScores', () => {
  it('saves every score by the formula at one instant, and keeps updatedAt', async () => {
    const cold = await insertLead(other);
    const warm = await insertLead(other, { budget: 50_000, status: 'Qualified' });
    await insertInteraction(other, warm, { type: 'meeting', ageInDays: 14 });
    await insertInteraction(other, warm, { type: 'meeting', ageInDays: -31 });
    const before = await other.rows('SELECT "updatedAt" FROM leads ORDER BY id');

    expect(await recalculate()).toEqual({ count: 2, failedCount: 0, failures: [] });

    const scores = await readScores(other);
    expect(scores.map(({ id, activityScore }) => [id, activityScore])).toEqual([
      [cold, 3],
      [warm, 44],
    ]);
    expect(new Set(scores.map(({ scoreCalculatedAt }) => scoreCalculatedAt?.getTime())).size).toBe(1);
    expect(await other.rows('SELECT "updatedAt" FROM leads ORDER BY id')).toEqual(before);
  });

  it('returns 0 if there are no leads', async () => {
    expect(await recalculate()).toEqual({ count: 0, failedCount: 0, failures: [] });
  });

  it('covers several batches, including negative ids', async () => {
    await insertLeads(other, 2500);
    await other.rows('UPDATE leads SET id = -5 WHERE id = (SELECT min(id) FROM leads)');
    expect(await recalculate()).toEqual({ count: 2500, failedCount: 0, failures: [] });
    expect(await other.rows('SELECT 1 FROM leads WHERE "activityScore" IS DISTINCT FROM 3')).toEqual([]);
  });

  it('agrees with the formula for leads with many interactions of every type', async () => {
    await insertLeads(other, 50);
    await other.rows(`
      INSERT INTO interactions (type, date, "leadId", "createdAt", "updatedAt")
      SELECT (ARRAY['call', 'email', 'meeting']::enum_interactions_type[])[1 + floor(random() * 3)],
        now() - random() * interval '200 days' + interval '5 days', l.id, now(), now()
      FROM leads AS l, generate_series(1, 40)`);
    await other.rows(`UPDATE leads SET budget = random() * 200000, status = 'proposal'`);
    expect(await recalculate()).toMatchObject({ count: 50 });

    const leads = await other.rows<{
      id: number;
      budget: string;
      status: string;
      activityScore: number;
      scoreCalculatedAt: Date;
    }>('SELECT * FROM leads');
    const interactions = await other.rows<ScoredInteraction & { leadId: number }>(
      'SELECT * FROM interactions',
    );
    for (const lead of leads) {
      const expected = calculateActivityScore(
        { budget: Number(lead.budget), status: lead.status },
        interactions.filter(({ leadId }) => leadId === lead.id),
        lead.scoreCalculatedAt,
      );
      expect([lead.id, lead.activityScore]).toEqual([lead.id, expected.activityScore]);
    }
  });

  it('accepts data that only an adopted database contains', async () => {
    const odd = await insertLead(other, { status: 'on hold', budget: -5 });
    await other.rows('ALTER TABLE leads ALTER COLUMN status DROP NOT NULL');
    const none = await insertLead(other);
    await other.rows(`UPDATE leads SET status = NULL, budget = 'NaN' WHERE id = $1`, [none]);
    await other.rows(
      `INSERT INTO interactions (type, date, "leadId", "createdAt") VALUES
        ('call', '-infinity', $1, now()), ('call', 'infinity', $1, now())`,
      [odd],
    );
    expect(await recalculate()).toEqual({ count: 2, failedCount: 0, failures: [] });
    expect((await readScores(other)).map(({ activityScore }) => activityScore)).toEqual([3, 3]);
  });
});

describe('a lead that the database rejects', () => {
  it('is named and left unchanged; all others are saved', async () => {
    const ids = await insertLeads(other, 1203);
    const rejected = [ids[0], ids[600], ids[1202]];
    await rejectUpdatesOf(`NEW.id IN (${rejected.join(', ')})`);

    const result = await recalculate();

    expect(result).toEqual({
      count: 1200,
      failedCount: 3,
      failures: rejected.map((leadId) => ({
        leadId,
        reason: 'A trigger of the database rejected the row.',
      })),
    });
    const unscored = (await readScores(other)).filter(({ activityScore }) => activityScore === null);
    expect(unscored.map(({ id }) => id)).toEqual(rejected);
  });

  it('is named without SQL in the reason if a check constraint rejects it', async () => {
    const fine = await insertLead(other, { status: 'won' });
    const low = await insertLead(other, { status: 'lost' });
    await other.rows('ALTER TABLE leads ADD CONSTRAINT not_low CHECK ("activityScore" > 5)');
    expect(await recalculate()).toEqual({
      count: 1,
      failedCount: 1,
      failures: [{ leadId: low, reason: 'A check constraint of the database rejected the row.' }],
    });
    expect((await readScores(other)).find(({ id }) => id === fine)?.activityScore).toBe(10);
  });

  it('is named if a trigger silently skips it', async () => {
    const id = await insertLead(other);
    await other.rows(`
      CREATE FUNCTION pass_over() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      CREATE TRIGGER pass_over BEFORE UPDATE ON leads FOR EACH ROW EXECUTE FUNCTION pass_over()`);
    expect(await recalculate()).toEqual({
      count: 0,
      failedCount: 1,
      failures: [{ leadId: id, reason: 'The database skipped the row without an error.' }],
    });
  });

  it('is named if its score cannot be calculated', async () => {
    const ids = await insertLeads(other, 30);
    const triggers = await other.rows<{ name: string; definition: string }>(
      `SELECT quote_ident(tgname) AS name, pg_get_triggerdef(oid) AS definition FROM pg_trigger
       WHERE tgrelid = 'leads'::regclass AND tgname IN ('leads_score', 'leads_summaryFactsChanged', 'leads_changedSinceImport', 'leads_updatedInHistory')`,
    );
    // Exceeds double precision: an adopted database may have no limit on the column.
    for (const { name } of triggers) await other.rows(`DROP TRIGGER ${name} ON leads`);
    await other.rows('ALTER TABLE leads ALTER COLUMN budget TYPE numeric');
    await other.rows('UPDATE leads SET budget = 1e400 WHERE id = ANY($1)', [[ids[0], ids[17]]]);
    const recalculated = await recalculate();
    const unscored = (await readScores(other)).filter(({ activityScore }) => activityScore === null);
    await other.rows('TRUNCATE leads CASCADE; ALTER TABLE leads ALTER COLUMN budget TYPE numeric(10, 2)');
    for (const { definition } of triggers) await other.rows(definition);
    expect(recalculated).toEqual({
      count: 28,
      failedCount: 2,
      failures: [ids[0], ids[17]].map((leadId) => ({
        leadId,
        reason: 'The database rejected the row (SQLSTATE 22003).',
      })),
    });
    expect(unscored.map(({ id }) => id)).toEqual([ids[0], ids[17]]);
  });

  it('is always counted, but named only among the first 100', async () => {
    await insertLeads(other, 150);
    await rejectUpdatesOf('true');
    const result = await recalculate();
    expect([result.count, result.failedCount, result.failures.length]).toEqual([0, 150, 100]);
  });
});

describe('a failure of the whole recalculation', () => {
  it('rolls everything back and is reported if the connection is lost midway', async () => {
    const ids = await insertLeads(other, 1500);
    // The second batch waits for this lock, so the first is written when the connection is cut.
    await other.rows('BEGIN');
    await other.rows('SELECT 1 FROM leads WHERE id = $1 FOR UPDATE', [ids[1400]]);
    const watcher = await connect(api.databaseUrl);
    const answer = api.send(RECALCULATE);
    await untilWaiting(watcher);
    await watcher.rows(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    const { data, errors } = await answer;
    await other.rows('ROLLBACK');
    await watcher.close();

    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'RECALCULATION_FAILED' } }]);
    expect(errors?.[0]?.message).toMatch(/rolled back/);
    expect((await readScores(other)).filter(({ activityScore }) => activityScore !== null)).toEqual([]);
    expect(await recalculate()).toEqual({ count: 1500, failedCount: 0, failures: [] });
  });

  it('rolls everything back and is reported if the commit fails', async () => {
    await insertLeads(other, 3);
    await other.rows(`
      CREATE FUNCTION reject() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
      CREATE CONSTRAINT TRIGGER reject AFTER UPDATE ON leads DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION reject()`);
    expect(await api.codeOf(RECALCULATE)).toBe('RECALCULATION_FAILED');
    expect((await readScores(other)).filter(({ activityScore }) => activityScore !== null)).toEqual([]);
  });
});

describe('a recalculation with concurrent writers', () => {
  const CREATE_CALL = `mutation ($leadId: Int!, $date: DateTime!) {
    createInteraction(createInteractionInput: { leadId: $leadId, type: CALL, date: $date }) { id }
  }`;

  /** Recency 40, engagement 6 (5.63), status 3: 48.63 rounds to 49. */
  const SCORE_WITH_A_CALL = 49;

  it('includes an interaction that commits before its lead is reached', async () => {
    const [first, last] = [await insertLead(other), await insertLead(other)];
    await other.rows('BEGIN');
    await other.rows('SELECT 1 FROM leads WHERE id = $1 FOR UPDATE', [first]);
    const watcher = await connect(api.databaseUrl);
    const answer = api.send(RECALCULATE);
    await untilWaiting(watcher);
    await insertInteraction(watcher, last, { ageInDays: 0.0001 });
    await watcher.rows('UPDATE leads SET budget = NULL WHERE id = $1', [last]);
    await other.rows('COMMIT');
    expect((await answer).errors).toBeUndefined();
    const scores = await readScores(watcher);
    expect(scores.map(({ activityScore }) => activityScore)).toEqual([3, SCORE_WITH_A_CALL]);
    await watcher.close();
  });

  it('eventually includes an interaction that is created while the lead is locked', async () => {
    const [first, last] = [await insertLead(other), await insertLead(other)];
    // Blocks the recalculation between its writes and its commit.
    await other.rows(`
      CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER wait AFTER UPDATE ON leads DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.id = ${last}) EXECUTE FUNCTION wait()`);
    await other.rows('SELECT pg_advisory_lock(42)');
    const watcher = await connect(api.databaseUrl);
    const recalculation = api.send(RECALCULATE);
    await untilWaiting(watcher);
    const creation = api.send(CREATE_CALL, { leadId: first, date: new Date(0).toISOString() });
    const [clock] = await watcher.rows<{ now: Date }>('SELECT clock_timestamp() AS now');
    const creationNow = api.send(CREATE_CALL, { leadId: first, date: clock?.now.toISOString() });
    await untilWaiting(watcher, 3);
    // A deferred trigger may wait for longer than a batch waits for a locked lead.
    await until(async () => {
      const long = await watcher.rows(
        `SELECT FROM pg_locks WHERE locktype = 'advisory' AND waitstart < clock_timestamp() - interval '400 milliseconds'`,
      );
      return long.length > 0;
    });
    await other.rows('SELECT pg_advisory_unlock(42)');
    for (const answer of await Promise.all([recalculation, creation, creationNow])) {
      expect(answer.errors).toBeUndefined();
    }
    const scores = await readScores(watcher);
    expect(scores.map(({ activityScore }) => activityScore)).toEqual([SCORE_WITH_A_CALL, 3]);
    await watcher.close();
  });

  it('never replaces a newer score with an older one', async () => {
    const [first, last] = [await insertLead(other), await insertLead(other)];
    await other.rows('BEGIN');
    await other.rows('SELECT 1 FROM leads WHERE id = $1 FOR UPDATE', [first]);
    const watcher = await connect(api.databaseUrl);
    const answer = api.ask<Recalculated>(RECALCULATE);
    await untilWaiting(watcher);
    // The recalculation has its instant and waits for the first lead, so this score of the last one is newer.
    await watcher.rows(
      `UPDATE leads SET "activityScore" = 77, "scoreCalculatedAt" = clock_timestamp() WHERE id = $1`,
      [last],
    );
    await other.rows('COMMIT');
    expect((await answer).recalculateAllScores).toEqual({ count: 1, failedCount: 0, failures: [] });
    expect((await readScores(other)).map(({ activityScore }) => activityScore)).toEqual([3, 77]);
    await watcher.close();
  });

  it('replaces a score that is dated in the future', async () => {
    const id = await insertLead(other, {
      activityScore: 77,
      scoreCalculatedAt: new Date(4_000_000_000_000),
    });
    expect(await recalculate()).toEqual({ count: 1, failedCount: 0, failures: [] });
    expect(await readScores(other)).toEqual([expect.objectContaining({ id, activityScore: 3 })]);
  });
});
