import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { now } from '../../src/common/clock.js';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { removeLeads } from '../support/database-reset.js';
import { insertInteraction, insertLead, insertLeads } from '../support/fixtures.js';

const DAY = 86_400_000;

let api: Api;
let database: Connection;

beforeAll(async () => {
  api = await startApi();
  database = await connect(api.databaseUrl);
  const bands = JSON.stringify({ hot: 60, warm: 30 });
  await database.rows(
    `INSERT INTO scoring_rules (version, rules, "createdBy", "updatedBy", "publishedAt", "publishedBy", "isSettled")
     SELECT 2, rules || jsonb_build_object('bands', $1::jsonb), 'test', 'test', now(), 'test', true
     FROM scoring_rules WHERE version = 1`,
    [bands],
  );
});
afterAll(async () => {
  await database.close();
  await api.close();
});
beforeEach(() => removeLeads(database));

interface Breakdown {
  readonly recency: { points: number };
  readonly engagement: { points: number };
  readonly budget: { points: number };
  readonly status: { points: number };
}
interface Point {
  readonly at: string;
  readonly score: number;
  readonly before: number;
  readonly after: number;
  readonly cause: { readonly id: string; readonly date: string } | null;
}

const POINTS = '{ at score before after cause { id date } }';
const BREAKDOWN =
  'breakdown { recency { points reason } engagement { points } budget { points } status { points } }';

/** Inserts leads with random past and future interactions, some at infinite, extreme or microsecond dates. */
async function insertRandomLeads(count: number): Promise<void> {
  await database.rows('SELECT setseed(0.5)');
  await database.rows(
    `INSERT INTO leads ("firstName", "lastName", email, budget, status, "createdAt", "updatedAt")
     SELECT 'F', 'L', n || '@example.com', (ARRAY[NULL, 0, 20000, 150000.5, 'NaN']::numeric[])[1 + n % 5],
       (ARRAY['new', 'proposal', 'Closed Won', 'lost', 'on hold', 'won'])[1 + n % 6], now(), now()
     FROM generate_series(1, $1) AS n`,
    [count],
  );
  await database.rows(`
    INSERT INTO interactions ("leadId", type, direction, date, "recordedAt", "createdAt", "updatedAt")
    SELECT leads.id, (ARRAY['meeting', 'call', 'email']::enum_interactions_type[])[1 + floor(random() * 3)::int],
      (ARRAY[NULL, 'inbound', 'outbound']::enum_interactions_direction[])[1 + floor(random() * 3)::int],
      CASE WHEN random() < 0.03 THEN 'infinity' WHEN random() < 0.03 THEN '-infinity'
        WHEN random() < 0.02 THEN '9999-12-20 12:00:00+00' WHEN random() < 0.02 THEN '1900-01-01 00:00:00+00'
        WHEN random() < 0.02 THEN '200000-01-01 00:00:00+00' WHEN random() < 0.02 THEN '4000-01-01 00:00:00+00 BC'
        WHEN random() < 0.5 THEN date_trunc('milliseconds', now()) + (random() * 400 - 300) * interval '1 day'
        ELSE now() + (random() * 90 - 60) * interval '1 day' END::timestamptz,
      recorded, now(), now()
    FROM leads, generate_series(1, 12) AS n,
      LATERAL (SELECT CASE WHEN random() < 0.5 THEN now() ELSE now() - n * random() * interval '25 days' END AS recorded) AS r
    WHERE random() < leads.id % 10 / 8.0`);
  // The recording of an old interaction is its creation.
  await database.rows(
    `UPDATE interactions SET "createdAt" = "recordedAt", "recordedAt" = NULL WHERE id % 3 = 0`,
  );
}

/** Inserts random changes of budgets and statuses in the past, some at the same instant. */
async function insertRandomChanges(): Promise<void> {
  await database.rows('SELECT setseed(0.25)');
  await database.rows(`
    INSERT INTO lead_changes ("effectiveAt", "recordedAt", "leadId", "importId", "statusBefore", "statusAfter", "budgetAfter", "changedBy")
    SELECT now() - random() * interval '300 days', now(), leads.id, 1, (ARRAY[NULL, 'contacted'])[1 + n % 2],
      (ARRAY['new', 'lost', 'proposal', 'won'])[1 + floor(random() * 4)::int],
      (ARRAY[NULL, 0, 60000, 'NaN']::numeric[])[1 + floor(random() * 4)::int], 'test'
    FROM leads, generate_series(1, 4) AS n WHERE leads.id % 4 > 0`);
  await database.rows(`
    INSERT INTO lead_changes ("effectiveAt", "recordedAt", "leadId", "importId", "statusAfter", "budgetAfter", "changedBy")
    SELECT "effectiveAt", now(), "leadId", 1, 'qualified', 7, 'test' FROM lead_changes WHERE id % 5 = 0`);
  await database.rows(`UPDATE leads SET status = 'negotiation', budget = 30000 WHERE id % 3 = 0`);
  // Some leads have changed since their last known change, or have no history.
  await database.rows(
    `SET session_replication_role = replica; DELETE FROM lead_changes WHERE "leadId" % 5 = 0 AND "importId" IS NULL;
     SET session_replication_role = DEFAULT`,
  );
}

interface StoredChange {
  readonly leadId: number;
  readonly at: Date;
  readonly statusBefore: string | null;
  readonly statusAfter: string;
  readonly budgetBefore: string | null;
  readonly budgetAfter: string | null;
}

const readChanges = () =>
  database.rows<StoredChange>(
    `SELECT "leadId", date_trunc('milliseconds', "effectiveAt" + interval '999 us') AS at, "statusBefore", "statusAfter",
       "budgetBefore", "budgetAfter"
     FROM lead_changes ORDER BY "leadId", "effectiveAt", id`,
  );

/** The budget and the status of each lead at an instant, from all of its changes. */
async function inputsAt(
  at: Date,
): Promise<{ ids: number[]; statuses: string[]; budgets: (string | null)[] }> {
  const changes = await readChanges();
  const leads = await database.rows<{ id: number; status: string; budget: string | null }>(
    'SELECT id, status, budget FROM leads ORDER BY id',
  );
  const inputs = leads.map((lead) => {
    const own = changes.filter(({ leadId }) => leadId === lead.id);
    const index = own.findLastIndex((change) => change.at <= at);
    const change = own[index];
    if (index === own.length - 1) return lead;
    if (change !== undefined) return { status: change.statusAfter, budget: change.budgetAfter };
    const { statusBefore = null, statusAfter = '', budgetBefore = null, budgetAfter = null } = own[0] ?? {};
    return statusBefore === null
      ? { status: statusAfter, budget: budgetAfter }
      : { status: statusBefore, budget: budgetBefore };
  });
  return {
    ids: leads.map(({ id }) => id),
    statuses: inputs.map(({ status }) => status),
    budgets: inputs.map(({ budget }) => budget),
  };
}

interface StoredScore {
  readonly id: number;
  readonly score: number;
  readonly points: number[];
}

/**
 * The scores that a recalculation at an instant stores, according to the functions of the database. At a past instant,
 * interactions do not count that had neither taken place nor been recorded.
 */
async function scoresBySql(at: Date): Promise<StoredScore[]> {
  const { ids, statuses, budgets } = await inputsAt(at);
  await database.rows('BEGIN');
  await database.rows('SET LOCAL session_replication_role = replica');
  await database.rows(
    'DELETE FROM interactions WHERE date > $1 AND coalesce("recordedAt", "createdAt") > $1 AND $1 < now()',
    [at.toISOString()],
  );
  const scores = await database.rows<StoredScore>(
    `SELECT leads.id, score."activityScore" AS score,
       ARRAY[score."recencyPoints", score."engagementPoints", score."budgetPoints", score."statusPoints"] AS points
     FROM unnest($2::int[], $3::text[], $4::numeric[]) AS leads (id, status, budget), contact_state_of(leads.id, $1) AS state,
       score_of($1, leads.budget, leads.status, state."lastInteractionAt", state."lastContactAt", state."nextInteractionAt",
         state."nextContactAt", state."meetingWeight", state."callWeight", state."emailWeight",
         state."outboundEmailWeight") AS score
     ORDER BY leads.id`,
    [at.toISOString(), ids, statuses, budgets],
  );
  await database.rows('ROLLBACK');
  return scores;
}

describe('scoreAt', () => {
  it('equals the score that a recalculation at any past or future instant stores', async () => {
    await insertRandomLeads(60);
    await insertRandomChanges();
    const today = now().getTime();
    const instants = fc.oneof(
      fc.integer({ min: -400 * DAY, max: 400 * DAY }).map((offset) => new Date(today + offset)),
      fc
        .constantFrom('0001-01-01T00:00:00Z', '1900-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z')
        .map((text) => new Date(text)),
    );
    await fc.assert(
      fc.asyncProperty(instants, async (at) => {
        const { leads } = await api.ask<{
          leads: { id: string; scoreAt: { at: string; score: number; breakdown: Breakdown } }[];
        }>(`query ($at: DateTime!) { leads { id scoreAt(at: $at) { at score ${BREAKDOWN} } } }`, { at });
        const given = leads.map(({ id, scoreAt: { score, breakdown } }) => ({
          id: Number(id),
          score,
          points: Object.values(breakdown).map(({ points }: { points: number }) => points),
        }));
        expect(given).toEqual(await scoresBySql(at));
        expect(leads[0]?.scoreAt.at).toBe(at.toISOString());
      }),
      { numRuns: 40 },
    );
  });

  it('has the reasons as of its instant', async () => {
    const id = await insertLead(database, { budget: 100 });
    await insertInteraction(database, id, { type: 'meeting', ageInDays: 10 });
    const at = new Date(now().getTime() - 7 * DAY);
    const { lead } = await api.ask<{ lead: unknown }>(
      `{ lead(id: ${id}) { past: scoreAt(at: "${at.toISOString()}") { breakdown { recency { reason } engagement { reason } budget { reason } status { reason cap } } }
        before: scoreAt(at: "1990-01-01") { score breakdown { engagement { reason } } } } }`,
    );
    expect(lead).toEqual({
      past: {
        breakdown: {
          recency: { reason: 'last contact 3 days ago' },
          engagement: { reason: '1 meeting' },
          budget: { reason: 'budget of 100' },
          status: { reason: 'status is new', cap: 10 },
        },
      },
      before: { score: 3, breakdown: { engagement: { reason: 'no interactions yet' } } },
    });
  });
});

describe('scoreTimeline', () => {
  it('has the scores of recalculations at its instants, and each interaction in the range as a cause', async () => {
    await insertRandomLeads(30);
    await insertRandomChanges();
    const changes = await readChanges();
    const from = new Date(now().getTime() - 150 * DAY);
    const to = new Date(now().getTime() + 100 * DAY);
    const { leadsConnection } = await api.ask<{
      leadsConnection: { nodes: { id: string; scoreTimeline: Point[] }[] };
    }>(
      `query ($from: DateTime!, $to: DateTime!) { leadsConnection(first: 30) { nodes { id scoreTimeline(from: $from, to: $to, points: 9) ${POINTS} } } }`,
      { from, to },
    );
    const bySql = new Map<string, StoredScore[]>();
    const scoreBySql = async (id: string, at: Date) => {
      const key = at.toISOString();
      if (!bySql.has(key)) bySql.set(key, await scoresBySql(at));
      return bySql.get(key)?.find((score) => score.id === Number(id))?.score;
    };
    let count = 0;
    for (const { id, scoreTimeline: points } of leadsConnection.nodes) {
      for (const [index, { at, score, before, after }] of points.entries()) {
        expect(score).toBe(after);
        if (points[index + 1]?.at !== at)
          expect([id, at, after]).toEqual([id, at, await scoreBySql(id, new Date(at))]);
        if (points[index - 1]?.at !== at) {
          expect([id, at, before]).toEqual([id, at, await scoreBySql(id, new Date(+new Date(at) - 1))]);
        }
        count += 1;
      }
      const stored = await database.rows<{ id: string }>(
        `SELECT id::text FROM interactions WHERE "leadId" = $1 AND date >= $2 AND date <= $3 ORDER BY date, id`,
        [Number(id), from, to],
      );
      expect(points.flatMap(({ cause }) => cause?.id ?? [])).toEqual(stored.map((row) => row.id));
      const own = changes.filter(({ leadId }) => leadId === Number(id));
      const changed = own.filter(
        ({ statusAfter, at }, index) => at > from && index > 0 && own[index - 1]?.statusAfter !== statusAfter,
      );
      // The row of the lead replaces its last change, so that one may change nothing.
      expect(points.filter(({ cause }) => cause === null).map(({ at }) => at)).toEqual(
        expect.arrayContaining(changed.slice(0, -1).map(({ at }) => at.toISOString())),
      );
    }
    expect(count).toBeGreaterThan(9 * 30);
  });

  it('has 60 regular points by default', async () => {
    const id = await insertLead(database);
    const { lead } = await api.ask<{ lead: Record<string, unknown[]> }>(`{ lead(id: ${id}) {
      standard: scoreTimeline(from: "2026-01-01", to: "2026-02-01") { at }
      none: scoreTimeline(from: "2026-01-01", to: "2026-02-01", points: null) { at }
      most: scoreTimeline(from: "0001-01-01", to: "9999-12-31", points: 500) { at } } }`);
    expect(Object.values(lead).map(({ length }) => length)).toEqual([60, 60, 500]);
  });

  it('includes both ends of its range', async () => {
    const id = await insertLead(database);
    await database.rows(
      `INSERT INTO interactions ("leadId", type, date, "createdAt", "updatedAt")
       SELECT $1, 'call', date, now(), now() FROM unnest('{2026-01-01T08:00:00Z, 2026-01-01T09:00:00Z}'::timestamptz[]) AS date`,
      [id],
    );
    const { lead } = await api.ask<{ lead: { scoreTimeline: Point[] } }>(
      `{ lead(id: ${id}) { scoreTimeline(from: "2026-01-01T08:00:00Z", to: "2026-01-01T09:00:00Z", points: 3) ${POINTS} } }`,
    );
    expect(lead.scoreTimeline.map(({ cause }) => cause?.id ?? null)).toEqual(['1', null, '2']);
  });

  it('accepts a range with 500 interactions and changes, but rejects more', async () => {
    const id = await insertLead(database);
    await database.rows(
      `INSERT INTO interactions ("leadId", type, date, "createdAt", "updatedAt")
       SELECT $1, 'email', '2026-01-01'::timestamptz + n * interval '1 hour', now(), now() FROM generate_series(1, 501) AS n`,
      [id],
    );
    const other = await insertLead(database);
    const ask = (to: string) =>
      api.send(`{ lead(id: ${id}) { scoreTimeline(from: "2026-01-01", to: "${to}", points: 2) { at } }
        other: lead(id: ${other}) { scoreTimeline(from: "2026-01-01", to: "${to}", points: 2) { at } } }`);
    const { data, errors } = await ask('2026-02-01');
    expect(data).toMatchObject({ lead: { scoreTimeline: null }, other: { scoreTimeline: { length: 2 } } });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(errors?.[0]?.message).toContain('choose a shorter range');
    expect((await ask('2026-01-21T20:00:00Z')).data).toMatchObject({
      lead: { scoreTimeline: { length: 501 } },
    });
    await database.rows(
      `INSERT INTO lead_changes ("effectiveAt", "recordedAt", "leadId", "importId", "statusAfter", "changedBy")
       SELECT '2026-01-20'::timestamptz + n * interval '1 s', now(), $1, 1, 'new', 'test' FROM generate_series(1, 24) AS n`,
      [id],
    );
    // 476 interactions and 24 changes.
    expect((await ask('2026-01-20T20:00:00Z')).errors).toBeUndefined();
    expect((await ask('2026-01-20T21:00:00Z')).errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });
});

describe('scoreFallsBelow', () => {
  it('is the first instant, to the millisecond, at which scoreAt is below', async () => {
    await insertRandomLeads(60);
    const { leads } = await api.ask<{ leads: { id: string; scoreFallsBelow: string | null }[] }>(
      '{ leads { id scoreFallsBelow(score: 30) } }',
    );
    const known = leads.filter(({ scoreFallsBelow }) => scoreFallsBelow !== null);
    expect(known.length).toBeGreaterThan(5);
    for (const { id, scoreFallsBelow } of known) {
      const at = new Date(scoreFallsBelow ?? NaN);
      const { lead } = await api.ask<{ lead: Record<'before' | 'then', { score: number }> }>(
        `query ($id: Int!, $before: DateTime!, $then: DateTime!) { lead(id: $id) {
           before: scoreAt(at: $before) { score } then: scoreAt(at: $then) { score } } }`,
        { id: Number(id), before: new Date(+at - 1), then: at },
      );
      expect([id, lead.before.score >= 30, lead.then.score < 30]).toEqual([id, true, true]);
    }
  });
});

it('scoreFallsBelow rejects a lead with more than 500 planned interactions', async () => {
  const id = await insertLead(database);
  await database.rows(
    `INSERT INTO interactions ("leadId", type, date, "createdAt", "updatedAt")
     SELECT $1, 'call', now() + n * interval '1 hour', now(), now() FROM generate_series(1, 501) AS n`,
    [id],
  );
  const ask = () => api.codeOf(`{ lead(id: ${id}) { scoreFallsBelow(score: 20) } }`);
  expect(await ask()).toBe('BAD_USER_INPUT');
  await database.rows('DELETE FROM interactions WHERE id = (SELECT max(id) FROM interactions)');
  expect(await ask()).toBeUndefined();
});

describe('scoreBand and isOpen', () => {
  it('depend on the rules and the status', async () => {
    const cases = [
      ['new', 60, 'HOT', true],
      ['Proposal', 59, 'WARM', true],
      ['on hold', 30, 'WARM', true],
      ['new', 29, 'COLD', true],
      ['new', null, null, true],
      ['Closed Won', 90, null, false],
      ['LOST', 0, null, false],
    ] as const;
    for (const [status, activityScore] of cases) await insertLead(database, { status, activityScore });
    const { leads } = await api.ask<{ leads: unknown[] }>('{ leads { scoreBand isOpen } }');
    expect(leads).toEqual(cases.map(([, , scoreBand, isOpen]) => ({ scoreBand, isOpen })));
  });
});

describe('scores of many leads', () => {
  const FIELDS = `scoreBand isOpen scoreFallsBelow(score: 20) other: scoreFallsBelow(score: 10)
    scoreAt(at: "2026-01-01T12:00:00Z") { score } future: scoreAt(at: "2030-01-01") { breakdown { recency { reason } } }
    scoreTimeline(from: "2026-01-01", to: "2027-01-01") ${POINTS} short: scoreTimeline(from: "2026-01-01", to: "2026-02-01") ${POINTS}`;

  it('take as many statements as those of one', async () => {
    await insertLeads(database, 101);
    await database.rows(
      `INSERT INTO interactions ("leadId", type, date, "createdAt", "updatedAt")
       SELECT id, 'call', '2026-01-10'::timestamptz + n * interval '20 days', now(), now() FROM leads, generate_series(1, 5) AS n`,
    );
    const ask = (first: number) => () =>
      api.ask(`query ($first: Int) { leadsConnection(first: $first) { nodes { ${FIELDS} } } }`, { first });
    const ofOne = await api.countStatements(ask(1));
    expect(await api.countStatements(ask(100))).toBe(ofOne);
    expect(ofOne).toBeLessThanOrEqual(3);
  });

  it('count towards the cost of the query', async () => {
    const ask = (points: number) =>
      api.codeOf(
        `query ($points: Int) { leadsConnection(first: 100) { nodes {
           scoreTimeline(from: "2026-01-01", to: "2027-01-01", points: $points) { cause { id } }
           standard: scoreTimeline(from: "2026-01-01", to: "2027-01-01") { cause { id } } } } }`,
        { points },
      );
    // Each of 100 leads has two objects a point. The limit is 110 000.
    expect([await ask(400), await ask(500)]).toEqual([undefined, 'QUERY_TOO_COMPLEX']);
  });
});

describe('invalid input', () => {
  it.each([
    ['scoreTimeline(from: $from, to: $to) { score }', { from: '2026-01-02', to: '2026-01-01' }],
    ['scoreTimeline(from: $from, to: $to, points: 0) { score }', {}],
    ['scoreTimeline(from: $from, to: $to, points: -1) { score }', {}],
    ['scoreTimeline(from: $from, to: $to, points: 501) { score }', {}],
    ['scoreTimeline(from: $from, to: $to) { score }', { to: '+010000-01-01' }],
    ['scoreAt(at: $from) { score }', { from: '0000-12-31' }],
    ['scoreAt(at: $from) { score }', { from: '10000-01-01' }],
    ['scoreAt(at: $from) { score }', { from: 'tomorrow' }],
    ['scoreAt(at: $from) { score }', { from: 'infinity' }],
    ['scoreFallsBelow(score: -1)', {}],
    ['scoreFallsBelow(score: 101)', {}],
  ])('is rejected: %s with %j', async (field, variables) => {
    const id = await insertLead(database);
    const names = ['$from: DateTime!', '$to: DateTime!'].filter((name) =>
      field.includes(name.slice(0, name.indexOf(':'))),
    );
    const query = `query (${names.join()}) { lead(id: ${id}) { ${field} } }`.replace('()', '');
    const answer = await api.send(query, { from: '2026-01-01', to: '2026-01-02', ...variables });
    expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
