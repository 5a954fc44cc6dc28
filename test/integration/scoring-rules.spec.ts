import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ADVISORY_LOCKS } from '../../src/database/advisory-locks.js';
import { rulesAsLiteral, scoreNumberAt } from '../../src/leads/scoring/score.sql.js';
import { RULES_OF_VERSION_1, type ScoringRules } from '../../src/leads/scoring/scoring-rules.js';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { databaseReset } from '../support/database-reset.js';
import { insertLead } from '../support/fixtures.js';
import { pauseBeforeCommit } from '../support/recalculation-pause.js';
import { scoringRules } from '../support/scoring-rules.js';
import { until } from '../support/until.js';

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
beforeEach(() => reset());

const SAVE = `mutation ($rules: ScoringRulesInput!, $note: String!, $id: ID) {
  saveScoringRulesDraft(rules: $rules, note: $note, id: $id) { id version note createdBy }
}`;
const PUBLISH = `mutation ($id: ID!) {
  publishScoringRules(id: $id) { rules { id version publishedBy recalculationId } recalculation { recalculationId count failedCount } }
}`;
const PREVIEW = `query ($rules: ScoringRulesInput!) {
  previewScoringRules(rules: $rules) {
    asOf leadCount changedCount
    before { from count } after { from count }
    bandChanges { from to count }
    movers {
      lead { id } before after
      breakdownBefore { recency { points } fit { points } }
      breakdownAfter { recency { points cap } engagement { points } budget { points } status { points } fit { points cap reason } }
    }
  }
}`;

interface Mover {
  readonly lead: { readonly id: string };
  readonly before: number | null;
  readonly after: number;
  readonly breakdownAfter: Readonly<
    Record<string, { readonly points: number; readonly reason?: string } | null>
  >;
}
interface Preview {
  readonly asOf: string;
  readonly leadCount: number;
  readonly changedCount: number;
  readonly before: { readonly from: number; readonly count: number }[];
  readonly after: { readonly from: number; readonly count: number }[];
  readonly bandChanges: { readonly from: string; readonly to: string; readonly count: number }[];
  readonly movers: Mover[];
}

async function save(rules: ScoringRules, note = '', id: string | null = null): Promise<string> {
  const { saveScoringRulesDraft } = await api.ask<{ saveScoringRulesDraft: { id: string } }>(SAVE, {
    rules,
    note,
    id,
  });
  return saveScoringRulesDraft.id;
}

async function publish(id: string) {
  const { publishScoringRules } = await api.ask<{
    publishScoringRules: {
      rules: { version: number; recalculationId: string };
      recalculation: { recalculationId: string; count: number; failedCount: number };
    };
  }>(PUBLISH, { id });
  return publishScoringRules;
}

const preview = async (rules: ScoringRules): Promise<Preview> =>
  (await api.ask<{ previewScoringRules: Preview }>(PREVIEW, { rules })).previewScoringRules;

const WITH_FIT: ScoringRules = {
  ...RULES_OF_VERSION_1,
  recency: { cap: 30, halfLifeDays: 14, horizonDays: 30 },
  fit: {
    cap: 10,
    criteria: [
      { field: 'SOURCE', operator: 'EQUALS', value: ['Trade Show'], points: 8 },
      { field: 'EMAIL_DOMAIN', operator: 'IS_FREE_MAIL', value: [], points: -3 },
    ],
  },
  bands: { hot: 60, warm: 30 },
};

const inForce = async () =>
  (
    await api.ask<{
      scoringRules: { current: { version: number; rules: ScoringRules } };
    }>(`{ scoringRules { current {
      version
      rules {
        recency { cap halfLifeDays horizonDays }
        engagement { cap halfLifeDays halfCapPoints weights { meeting call email outboundEmail } }
        budget { cap halfCapBudget } status { cap points { status points } otherwise }
        fit { cap criteria { field operator value points } } lostScoresZero bands { hot warm }
      }
    } } }`)
  ).scoringRules.current;

/** Inserts leads with random interactions, past and planned. */
async function insertLeads(count: number): Promise<void> {
  await database.rows('SELECT setseed(0.25)');
  await database.rows(
    `INSERT INTO leads ("firstName", "lastName", email, source, budget, status, "createdAt", "updatedAt")
     SELECT 'F', 'L', n || (ARRAY['@gmail.com', '@acme.com'])[1 + n % 2], (ARRAY['trade-show', 'website', NULL])[1 + n % 3],
       (ARRAY[NULL, 20000, 150000]::numeric[])[1 + n % 3], (ARRAY['new', 'proposal', 'won', 'lost'])[1 + n % 4], now(), now()
     FROM generate_series(1, $1) AS n`,
    [count],
  );
  await database.rows(`
    INSERT INTO interactions ("leadId", type, direction, date, "createdAt", "updatedAt")
    SELECT leads.id, (ARRAY['meeting', 'call', 'email']::enum_interactions_type[])[1 + floor(random() * 3)::int],
      (ARRAY[NULL, 'inbound', 'outbound']::enum_interactions_direction[])[1 + floor(random() * 3)::int],
      now() + (random() * 120 - 100) * interval '1 day', now(), now()
    FROM leads, generate_series(1, 5) AS n`);
}

/** @returns the id of a lead of the company's own domain */
async function insertSourced(status: string, source: string): Promise<number> {
  const id = await insertLead(database, { status });
  await database.rows('UPDATE leads SET source = $2 WHERE id = $1', [id, source]);
  return id;
}

const readScores = () =>
  database.rows<{ id: number; score: number | null; rules: number }>(
    'SELECT id, "activityScore" AS score, "rulesVersion" AS rules FROM leads ORDER BY id',
  );

describe('scoring rules', () => {
  it('begin with version 1, whose parameters are those of the formula', async () => {
    const { rules } = await inForce();
    expect(rules).toEqual(RULES_OF_VERSION_1);
    const [first] = await database.rows<{ rules: unknown }>(
      'SELECT rules FROM scoring_rules WHERE version = 1',
    );
    expect(first?.rules).toEqual(RULES_OF_VERSION_1);
  });

  it('are drafts until they are published, and never change afterwards', async () => {
    const id = await save(RULES_OF_VERSION_1, 'first');
    expect(await save(WITH_FIT, 'second', id)).toBe(id);
    const other = await save(RULES_OF_VERSION_1, 'other');
    const { scoringRules: overview } = await api.ask<{ scoringRules: unknown }>(
      '{ scoringRules { drafts { id note version rules { fit { cap } } } } }',
    );
    expect(overview).toEqual({
      drafts: [
        { id: other, note: 'other', version: null, rules: { fit: { cap: 0 } } },
        { id, note: 'second', version: null, rules: { fit: { cap: 10 } } },
      ],
    });
    expect(await api.ask('mutation ($id: ID!) { deleteScoringRulesDraft(id: $id) }', { id: other })).toEqual({
      deleteScoringRulesDraft: true,
    });
    expect(await api.codeOf(PUBLISH, { id: other })).toBe('NOT_FOUND');

    const { rules } = await publish(id);
    expect(await api.codeOf(PUBLISH, { id })).toBe('CONFLICT');
    expect(await api.codeOf(SAVE, { rules: WITH_FIT, note: '', id })).toBe('CONFLICT');
    expect(await api.codeOf('mutation ($id: ID!) { deleteScoringRulesDraft(id: $id) }', { id })).toBe(
      'CONFLICT',
    );
    for (const change of [`UPDATE scoring_rules SET rules = '{}'`, 'DELETE FROM scoring_rules']) {
      await expect(database.rows(`${change} WHERE version = $1`, [rules.version])).rejects.toThrow(
        /is published/,
      );
    }
  });

  it('have notes without NUL of at most 1,000 characters, and at most 100 drafts', async () => {
    const codeOf = (note: string) => api.codeOf(SAVE, { rules: RULES_OF_VERSION_1, note });
    expect(await codeOf('a\0b')).toBe('BAD_USER_INPUT');
    expect(await codeOf('\ud800')).toBe('BAD_USER_INPUT');
    expect(await codeOf('a'.repeat(1001))).toBe('BAD_USER_INPUT');
    await database.rows(
      `INSERT INTO scoring_rules (rules, "createdBy", "updatedBy")
       SELECT rules, 'test', 'test' FROM scoring_rules_in_force(), generate_series(1, 99)`,
    );
    expect(await codeOf('😀'.repeat(1000))).toBeUndefined();
    expect(await codeOf('')).toBe('BAD_USER_INPUT');
  });

  it('are checked as a whole, with every problem named by path', async () => {
    const rules = {
      ...RULES_OF_VERSION_1,
      recency: { cap: 41, halfLifeDays: 0, horizonDays: 366 },
      engagement: {
        ...RULES_OF_VERSION_1.engagement,
        weights: { meeting: -1, call: 0.0001, email: 1, outboundEmail: 1001 },
      },
      status: {
        cap: 10,
        points: [
          { status: 'new', points: 11 },
          { status: 'NEW', points: 1 },
        ],
        otherwise: 10.5,
      },
      fit: {
        cap: 0,
        criteria: [
          { field: 'SOURCE', operator: 'AT_LEAST', value: ['1'], points: 1 },
          { field: 'BUDGET', operator: 'AT_LEAST', value: ['much'], points: 21 },
          { field: 'COMPANY', operator: 'EQUALS', value: [], points: 1 },
          { field: 'COMPANY', operator: 'EQUALS', value: ['a', 'b'], points: 1 },
          { field: 'EMAIL_DOMAIN', operator: 'IS_FREE_MAIL', value: ['x'], points: 1 },
        ],
      },
      bands: { hot: 40, warm: 40 },
    };
    const { errors } = await api.send(SAVE, { rules, note: '' });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'SCORING_RULES_INVALID',
      problems: [
        { path: 'recency.halfLifeDays', message: 'must be a number from 0.1 to 3650' },
        { path: 'recency.horizonDays', message: 'must be a whole number from 0 to 365' },
        { path: 'engagement.weights.meeting', message: 'must be 0 or a number from 0.001 to 1000' },
        { path: 'engagement.weights.call', message: 'must be 0 or a number from 0.001 to 1000' },
        { path: 'engagement.weights.outboundEmail', message: 'must be 0 or a number from 0.001 to 1000' },
        { path: 'status.otherwise', message: 'must be at most the cap of the status factor, 10' },
        { path: 'status.points[0].points', message: 'must be at most the cap of the status factor, 10' },
        { path: 'status.points[1].status', message: '"new" is listed twice' },
        {
          path: 'fit.criteria[0].operator',
          message: 'must be one of EQUALS, IN, CONTAINS, IS_MISSING for SOURCE',
        },
        { path: 'fit.criteria[1].points', message: 'must be a whole number from -20 to 20' },
        { path: 'fit.criteria[1].value', message: 'must be a number with at most 4 decimals, such as 50000' },
        { path: 'fit.criteria[2].value', message: 'is required' },
        { path: 'fit.criteria[3].value', message: 'must be a single value for EQUALS' },
        { path: 'fit.criteria[4].value', message: 'must be absent for IS_FREE_MAIL' },
        { path: 'bands.hot', message: 'must be above warm' },
        { path: '', message: 'the caps of the five factors must add up to 100, but add up to 101' },
      ],
    });
    const sum = { ...RULES_OF_VERSION_1, fit: { cap: 1, criteria: [] } };
    expect((await api.send(SAVE, { rules: sum, note: '' })).errors?.[0]?.message).toBe(
      'The scoring rules are invalid: the caps of the five factors must add up to 100, but add up to 101.',
    );
  });

  it('are published with exactly the scores of the preview, lead by lead', async () => {
    await insertLeads(60);
    await fc.assert(
      fc.asyncProperty(scoringRules, async (rules) => {
        const scored = await readScores();
        const seen = await preview(rules);
        expect(await readScores()).toEqual(scored);

        const { rules: published, recalculation } = await publish(await save(rules));
        expect(recalculation).toMatchObject({ count: 60, failedCount: 0 });
        // The scores as of the preview, from the states that the publication has stored.
        const at = `'${seen.asOf}'::timestamptz`;
        const now = await database.rows<{ id: number; score: number; stored: number; version: number }>(
          `SELECT id, ${scoreNumberAt('leads', at, rulesAsLiteral(rules, published.version))} AS score,
             "activityScore" AS stored, "rulesVersion" AS version FROM leads ORDER BY id`,
        );
        const before = new Map(scored.map(({ id, score }) => [id, score]));
        const changed = now.filter(({ id, score }) => score !== before.get(id));
        const inBins = (scores: readonly (number | null)[]) =>
          seen.after.map(
            ({ from }) =>
              scores.filter((score) => Math.min(9, Math.floor((score ?? -10) / 10)) * 10 === from).length,
          );
        expect(seen.leadCount).toBe(60);
        expect(seen.after.map(({ count }) => count)).toEqual(inBins(now.map(({ score }) => score)));
        const byChange = changed.toSorted(
          (a, b) =>
            Math.abs(b.score - (before.get(b.id) ?? 0)) - Math.abs(a.score - (before.get(a.id) ?? 0)) ||
            a.id - b.id,
        );
        expect(seen.changedCount).toBe(changed.length);
        expect(seen.movers.map(({ lead, before: was, after }) => [Number(lead.id), was, after])).toEqual(
          byChange.slice(0, 20).map(({ id, score }) => [id, before.get(id), score]),
        );
        for (const { after, breakdownAfter } of seen.movers) {
          const points = Object.values(breakdownAfter).map((factor) => factor?.points ?? 0);
          expect(points.reduce((sum, one) => sum + one, 0)).toBe(after);
        }
        // A recalculation a moment later differs only where time has changed a score.
        expect(now.filter(({ score, stored }) => score !== stored).length).toBeLessThanOrEqual(2);
        expect(new Set(now.map(({ version }) => version))).toEqual(new Set([published.version]));
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });

  it('may have a cap for the fit without criteria', async () => {
    const id = await insertLead(database, { status: 'new' });
    const rules = { ...WITH_FIT, fit: { cap: 10, criteria: [] } };
    expect((await preview(rules)).movers).toMatchObject([
      { after: 3, breakdownAfter: { fit: { points: 0, cap: 10 } } },
    ]);
    await publish(await save(rules));
    expect(await readScores()).toMatchObject([{ id, score: 3 }]);
  });

  it('are previewed with the changes of bands in each direction', async () => {
    await insertSourced('won', 'trade show');
    await insertSourced('negotiation', 'trade show');
    await insertSourced('new', 'website');
    await api.ask('mutation { recalculateAllScores { count } }');
    const { bandChanges, leadCount, changedCount } = await preview({
      ...WITH_FIT,
      bands: { hot: 15, warm: 3 },
    });
    expect([leadCount, changedCount]).toEqual([3, 2]);
    expect(bandChanges).toEqual([
      { from: 'COLD', to: 'HOT', count: 1 },
      { from: 'COLD', to: 'WARM', count: 1 },
    ]);
  });
});

describe('a publication', () => {
  it('changes scores, reasons, bands and filters at once', async () => {
    const id = await insertSourced('new', 'trade show');
    await database.rows(`UPDATE leads SET email = 'someone@gmail.com' WHERE id = $1`, [id]);
    // The server has just used the earlier rules.
    const COUNT = '{ leadsConnection(filter: { band: WARM }) { totalCount } }';
    expect(await api.ask(COUNT)).toEqual({ leadsConnection: { totalCount: 0 } });
    await publish(await save({ ...WITH_FIT, bands: { hot: 60, warm: 8 } }));
    const answer = await api.ask(
      `query ($id: Int!) {
        lead(id: $id) { activityScore scoreBand scoreBreakdown { recency { cap } status { points } fit { points cap reason } } }
        leadsConnection(filter: { band: WARM }) { totalCount }
      }`,
      { id },
    );
    expect(answer).toEqual({
      lead: {
        activityScore: 8,
        scoreBand: 'WARM',
        scoreBreakdown: {
          recency: { cap: 30 },
          status: { points: 3 },
          fit: {
            points: 5,
            cap: 10,
            reason: 'source is Trade Show (+8), free e-mail provider (-3)',
          },
        },
      },
      leadsConnection: { totalCount: 1 },
    });
    // A change of what the fit depends on changes the score at once, through any program.
    await database.rows(`UPDATE leads SET email = 'someone@acme.com' WHERE id = $1`, [id]);
    expect((await readScores())[0]?.score).toBe(11);
  });

  it('computes contact states anew if the half-life of the engagement changes', async () => {
    await insertLeads(20);
    const rules = {
      ...RULES_OF_VERSION_1,
      engagement: { ...RULES_OF_VERSION_1.engagement, halfLifeDays: 7 },
    };
    await publish(await save(rules));
    const { recalculateAllScores } = await api.ask<{ recalculateAllScores: { differenceCount: number } }>(
      'mutation { recalculateAllScores(verify: true) { differenceCount } }',
    );
    expect(recalculateAllScores.differenceCount).toBe(0);
    const [lead] = await database.rows<{ id: number; halfLife: number }>(
      'SELECT id, "weightHalfLifeDays" AS "halfLife" FROM leads WHERE "callWeight" + "meetingWeight" > 0 LIMIT 1',
    );
    expect(lead?.halfLife).toBe(7);
    // Two interactions in one statement are added up with the new half-life.
    await database.rows(
      `INSERT INTO interactions ("leadId", type, date, "createdAt", "updatedAt")
       SELECT $1, 'call', now() - n * interval '7 days', now(), now() FROM generate_series(1, 2) AS n`,
      [lead?.id],
    );
    const verified = await api.ask('mutation { recalculateAllScores(verify: true) { differenceCount } }');
    expect(verified).toEqual({ recalculateAllScores: { differenceCount: 0 } });
  });

  it('leaves the previous rules in force if it is cancelled', async () => {
    await insertLeads(10);
    await api.ask('mutation { recalculateAllScores { count } }');
    const before = await readScores();
    const current = await inForce();
    const id = await save(WITH_FIT);
    const gate = await pauseBeforeCommit(database);
    const publishing = api.send(PUBLISH, { id });
    const running = () =>
      database.rows<{ id: number }>(`SELECT id FROM rescore_runs WHERE status = 'running'`);
    await until(async () => (await running()).length === 1);
    const [run] = await running();
    await api.ask('mutation ($id: ID!) { cancelRecalculation(id: $id) { status } }', { id: String(run?.id) });
    await gate.open();
    expect((await publishing).errors?.[0]?.extensions.code).toBe('RECALCULATION_CANCELLED');
    expect(await readScores()).toEqual(before);
    expect((await inForce()).version).toBe(current.version);
    expect((await publish(id)).recalculation.count).toBe(10);
  });

  it('scores leads again that other transactions have scored with the previous rules meanwhile', async () => {
    const first = await insertSourced('new', 'trade show');
    await api.ask('mutation { recalculateAllScores { count } }');
    const id = await save(WITH_FIT);
    const gate = await pauseBeforeCommit(database);
    const publishing = publish(id);
    await until(
      async () => (await database.rows(`SELECT FROM rescore_runs WHERE status = 'running'`)).length === 1,
    );
    // This lead is scored with the rules that are in force now.
    const created = await api.ask<{ createLead: { id: string; activityScore: number } }>(
      `mutation { createLead(createLeadInput: { firstName: "A", lastName: "B", email: "a@acme.com", source: "trade show" }) { id activityScore } }`,
    );
    expect(created.createLead.activityScore).toBe(3);
    await gate.open();
    const { rules } = await publishing;
    expect(await readScores()).toEqual([
      { id: first, score: 11, rules: rules.version },
      { id: Number(created.createLead.id), score: 11, rules: rules.version },
    ]);
  });

  it('is reverted by publishing an earlier version again', async () => {
    const lead = await insertSourced('new', 'trade show');
    const { version } = await inForce();
    await publish(await save(WITH_FIT));
    const { revertScoringRules } = await api.ask<{
      revertScoringRules: { rules: { version: number; note: string } };
    }>('mutation { revertScoringRules { rules { version note } } }');
    expect(revertScoringRules.rules).toEqual({ version: version + 2, note: `Version ${version} again` });
    expect((await readScores()).find(({ id }) => id === lead)?.score).toBe(3);
    const lockHolder = await connect(api.databaseUrl);
    await lockHolder.rows('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.bulkScoring]);
    expect(await api.codeOf('mutation { revertScoringRules { rules { version } } }')).toBe(
      'RECALCULATION_RUNNING',
    );
    await lockHolder.close();
    expect(await api.ask('{ scoringRules { drafts { id } } }')).toEqual({ scoringRules: { drafts: [] } });
    const revert = 'mutation ($version: Int) { revertScoringRules(version: $version) { rules { version } } }';
    expect(await api.codeOf(revert, { version: version + 2 })).toBe('CONFLICT');
    expect(await api.codeOf(revert, { version: 9999 })).toBe('NOT_FOUND');
    expect(await api.codeOf(revert, { version: 0 })).toBe('BAD_USER_INPUT');
    const { scoringRules: overview } = await api.ask<{
      scoringRules: { history: { edges: { node: { version: number } }[] } };
    }>('{ scoringRules { history(first: 2) { edges { node { version } } } } }');
    expect(overview.history.edges.map(({ node }) => node.version)).toEqual([version + 2, version + 1]);
  });
});
