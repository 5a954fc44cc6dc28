import { RULES_OF_VERSION_1 } from '../../src/leads/scoring/scoring-rules.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DedicatedConnections } from '../../src/database/dedicated-connections.js';
import { SalesYearService } from '../../src/demo/sales-year.service.js';
import { Landmarks } from '../../src/score-quality/landmarks.js';
import type { InteractionVersion, LeadChange, LeadPast } from '../../src/score-quality/lead-past.js';
import { ScoreQuality } from '../../src/score-quality/score-quality.js';
import { ScoreQualityService } from '../../src/score-quality/score-quality.service.js';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection, terminateWaiting, untilWaiting } from '../support/connection.js';
import { insertInteraction, insertLead } from '../support/fixtures.js';
import { until } from '../support/until.js';
import { answersTo, connectSocket } from '../support/websocket.js';

const OPTIONS = { horizonDays: 90, landmarkEvery: 7, rules: RULES_OF_VERSION_1 };

let api: Api;
/** Another replica on the same database. */
let replica: Api;
let database: Connection;
let service: ScoreQualityService;

beforeAll(async () => {
  api = await startApi();
  replica = await startApi({}, api.databaseUrl);
  await replica.app.listen(0, '127.0.0.1');
  database = await connect(api.databaseUrl);
  service = new ScoreQualityService(new DedicatedConnections(api.databaseUrl));
  await api.app.get(SalesYearService, { strict: false }).load();
  await addVersions();
});
afterAll(async () => {
  await database.close();
  await replica.close();
  await api.close();
});

/** Adds versions of interactions that were moved or deleted, with instants in microseconds, and odd rows. */
async function addVersions(): Promise<void> {
  await database.rows('SELECT setseed(0.5)');
  await database.rows(`
    INSERT INTO interaction_versions ("interactionId", "leadId", type, direction, date, "recordedAt", "replacedAt", "isDeletion",
      "changedBy")
    SELECT id, "leadId", type, direction, date - random() * interval '20 days', "recordedAt" - random() * interval '20 days',
      CASE WHEN random() < 0.5 THEN now() - random() * interval '200 days' ELSE "recordedAt" END, random() < 0.5, 'test'
    FROM interactions WHERE random() < 0.3`);
  const odd = await insertLead(database, { status: 'Closed Won', budget: 100 });
  await database.rows(`UPDATE leads SET budget = 'NaN', status = 'on "hold"' WHERE id = $1`, [odd]);
  await insertInteraction(database, odd, { ageInDays: -10 });
  await database.rows(
    `INSERT INTO interactions ("leadId", type, date, "createdAt", "recordedAt")
     VALUES ($1, 'call', 'infinity', '-infinity', NULL), ($1, 'call', '-infinity', now(), NULL),
       ($1, 'call', '0044-03-15 00:00:00+00 BC', '2020-01-01', NULL)`,
    [odd],
  );
}

const MS = (instant: string) => `ceil(extract(epoch FROM ${instant}) * 1000)::float8`;

/** Reads the pasts of all leads in another way than the service. */
async function readPasts(): Promise<LeadPast[]> {
  const leads = await database.rows<{ id: number }>('SELECT id FROM leads ORDER BY id');
  const changes = await database.rows<LeadChange & { leadId: number }>(
    `SELECT "leadId", "statusAfter" AS status, nullif("budgetAfter", 'NaN')::float8 AS budget,
       ${MS('"effectiveAt"')} AS "effectiveAt", ${MS('"recordedAt"')} AS "recordedAt"
     FROM lead_changes ORDER BY "effectiveAt", id`,
  );
  const versions = await database.rows<Omit<InteractionVersion, 'date'> & { leadId: number; date: number }>(
    `SELECT "leadId", type, direction, ${MS('date')} AS date, ${MS('coalesce("recordedAt", "createdAt")')} AS "recordedAt",
       'infinity'::float8 AS "replacedAt"
     FROM interactions WHERE isfinite(date)
     UNION ALL
     SELECT "leadId", type, direction, ${MS('date')}, ${MS('"recordedAt"')}, ${MS('"replacedAt"')} FROM interaction_versions`,
  );
  const pasts = new Map(
    leads.map(({ id }) => [
      id,
      { id, changes: [] as LeadChange[], interactions: [] as InteractionVersion[] },
    ]),
  );
  for (const change of changes) pasts.get(change.leadId)?.changes.push(change);
  for (const version of versions) {
    pasts.get(version.leadId)?.interactions.push({ ...version, date: new Date(version.date) });
  }
  return [...pasts.values()];
}

/** Makes evaluations wait until the connection is closed. */
async function lockChanges(): Promise<Connection> {
  const lockHolder = await connect(api.databaseUrl);
  await lockHolder.rows('BEGIN');
  await lockHolder.rows('LOCK TABLE lead_changes');
  return lockHolder;
}

describe('ScoreQualityService', () => {
  it('evaluates all leads with everything that was ever known about them', async () => {
    const progress: number[][] = [];
    const report = await service.evaluate(OPTIONS, {
      onProgress: (...counts) => progress.push(counts),
    });
    const [clock] = await database.rows<{ now: Date }>('SELECT now() AS now');
    const quality = new ScoreQuality(new Landmarks(7, 90, clock?.now ?? new Date(NaN)), OPTIONS.rules);
    for (const past of await readPasts()) quality.add(past);
    expect(report).toEqual(quality.report());
    expect(progress.length).toBeGreaterThan(1);
    expect(progress.at(-1)).toEqual([2001, 2001]);
    expect(report.leads).toBeGreaterThan(1500);
    expect(report.figures?.score.aucInterval.low).toBeGreaterThan(0.65);
    expect(report.figures?.baselines.random.aucInterval.low).toBeLessThan(0.5);
    expect(report.figures?.baselines.random.aucInterval.high).toBeGreaterThan(0.5);
  });

  it('cancels the statement and closes the connection if it is aborted', async () => {
    const controller = new AbortController();
    const lockHolder = await lockChanges();
    try {
      const evaluation = service.evaluate(OPTIONS, { signal: controller.signal });
      const outcome = expect(evaluation).rejects.toThrow('no longer needed');
      const sessions = (condition: string) =>
        database.rows(
          `SELECT 1 FROM pg_stat_activity WHERE application_name LIKE '%score quality%' AND datname = current_database()
           AND ${condition}`,
        );
      await until(async () => (await sessions(`wait_event_type = 'Lock'`)).length === 1);
      controller.abort(new Error('no longer needed'));
      await outcome;
      await until(async () => (await sessions('true')).length === 0);
    } finally {
      await lockHolder.close();
    }
  });

  it('does not begin if it was aborted before', async () => {
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(service.evaluate(OPTIONS, { signal })).rejects.toThrow('too late');
  });
});

const EVALUATION = `{
  id rules { id version } horizonDays landmarkEvery startedBy host status startedAt endedAt doneCount totalCount error
  report { leads firstLandmark lastLandmark figures { score { auc aucInterval { low high } } } missing limits }
}`;
const EVALUATE = `mutation ($rulesId: ID) { evaluateScores(rulesId: $rulesId) ${EVALUATION} }`;
const QUALITY = `query ($rulesId: ID) { scoreQuality(rulesId: $rulesId) ${EVALUATION} }`;

interface Evaluation {
  readonly id: string;
  readonly status: string;
  readonly doneCount: number;
  readonly report: { readonly figures: { readonly score: { readonly auc: number } } | null } | null;
}

/** Starts an evaluation that waits for `lockChanges`. */
async function startEvaluation(): Promise<{ answer: ReturnType<Api['send']>; running: Evaluation }> {
  const answer = api.send(EVALUATE);
  await untilWaiting(database);
  const { scoreEvaluations } = await replica.ask<{ scoreEvaluations: { nodes: Evaluation[] } }>(
    `{ scoreEvaluations(first: 1) { nodes ${EVALUATION} } }`,
  );
  const [running] = scoreEvaluations.nodes;
  if (running === undefined) throw new Error('There is no evaluation.');
  return { answer, running };
}

const readEvaluation = async (id: string) =>
  (await replica.ask<{ scoreEvaluation: Evaluation | null }>(`{ scoreEvaluation(id: ${id}) ${EVALUATION} }`))
    .scoreEvaluation;

describe('evaluateScores', () => {
  it('returns a report, which scoreQuality returns from then on, and gives open leads a win rate', async () => {
    const WIN_RATES = '{ leads { isOpen activityScore winRate { rate low high leads horizonDays } } }';
    interface WinRates {
      readonly leads: {
        readonly isOpen: boolean;
        readonly winRate: Record<'rate' | 'low' | 'high' | 'leads' | 'horizonDays', number> | null;
      }[];
    }
    // An experiment with other options gives no win rates.
    await api.ask('mutation { evaluateScores(horizonDays: 30, landmarkEvery: 60) { id } }');
    await api.ask('mutation { evaluateScores(landmarkEvery: 60) { id } }');
    const before = await api.ask<WinRates>(WIN_RATES);
    expect(before.leads.filter(({ winRate }) => winRate !== null)).toEqual([]);
    expect(await api.ask(QUALITY)).toEqual({ scoreQuality: null });

    const { evaluateScores } = await api.ask<{ evaluateScores: Evaluation }>(EVALUATE);
    expect(evaluateScores).toMatchObject({
      rules: { version: 1 },
      horizonDays: 90,
      landmarkEvery: 7,
      startedBy: 'development',
      host: expect.stringContaining(String(process.pid)) as unknown,
      status: 'SUCCEEDED',
      doneCount: 2001,
      totalCount: 2001,
      error: null,
      report: { missing: null, firstLandmark: expect.stringMatching(/Z$/) as unknown },
    });
    expect(evaluateScores.report?.figures?.score.auc).toBeGreaterThan(0.65);
    expect(await replica.ask(QUALITY)).toEqual({ scoreQuality: evaluateScores });
    expect(await replica.ask('{ scoreQuality(horizonDays: 91) { id } }')).toEqual({
      scoreQuality: null,
    });

    const { leads } = await api.ask<WinRates>(WIN_RATES);
    expect(leads.filter(({ isOpen, winRate }) => !isOpen && winRate !== null)).toEqual([]);
    const rates = leads.flatMap(({ winRate }) => (winRate === null ? [] : [winRate]));
    expect(rates.length).toBeGreaterThan(100);
    for (const { rate, low, high, leads: count, horizonDays } of rates) {
      expect([low <= rate, rate <= high, count >= 20, horizonDays]).toEqual([true, true, true, 90]);
    }
  });

  it('reports its progress on another replica until it has ended', async () => {
    const lockHolder = await lockChanges();
    const { answer, running } = await startEvaluation();
    expect(running).toMatchObject({ status: 'RUNNING', doneCount: 0, report: null, error: null });
    const socket = connectSocket(`${await replica.app.getUrl()}/graphql`);
    const seen = answersTo(
      socket,
      `subscription { scoreEvaluationProgress(id: ${running.id}) { status doneCount } }`,
    );
    const next = async () => (await seen.next()).value as unknown;
    const of = (status: string, doneCount: number) => ({
      data: { scoreEvaluationProgress: { status, doneCount } },
    });
    expect(await next()).toEqual(of('RUNNING', 0));
    await lockHolder.close();
    const states: unknown[] = [];
    for await (const state of seen) states.push(state);
    expect(states.at(-1)).toEqual(of('SUCCEEDED', 2001));
    expect(states.length).toBeGreaterThan(1);
    expect((await answer).errors).toBeUndefined();
    await socket.dispose();
  });

  it('is cancelled by another replica', async () => {
    const lockHolder = await lockChanges();
    const { answer, running } = await startEvaluation();
    expect(
      await replica.ask(
        `mutation { cancelScoreEvaluation(id: ${running.id}) { id status report { leads } } }`,
      ),
    ).toEqual({ cancelScoreEvaluation: { id: running.id, status: 'CANCELLED', report: null } });
    expect((await answer).errors).toMatchObject([{ extensions: { code: 'SCORE_EVALUATION_CANCELLED' } }]);
    await lockHolder.close();
    const cancel = (id: string) => api.codeOf(`mutation { cancelScoreEvaluation(id: ${id}) { id } }`);
    expect(await cancel(running.id)).toBe('SCORE_EVALUATION_NOT_RUNNING');
    expect(await cancel('999999')).toBe('NOT_FOUND');
  });

  it('has failed if its connection is lost', async () => {
    const lockHolder = await lockChanges();
    const { answer, running } = await startEvaluation();
    await terminateWaiting(database);
    expect((await answer).errors).toMatchObject([{ extensions: { code: 'SCORE_EVALUATION_FAILED' } }]);
    await lockHolder.close();
    expect(await readEvaluation(running.id)).toMatchObject({ status: 'FAILED', report: null });
  });

  it('fails without a record if its connection is lost before it begins', async () => {
    const read = () => database.rows('SELECT id FROM score_evaluations');
    const before = await read();
    const lockHolder = await connect(api.databaseUrl);
    await lockHolder.rows('BEGIN');
    await lockHolder.rows('LOCK TABLE score_evaluations IN SHARE MODE');
    const answer = api.send(EVALUATE);
    await untilWaiting(database);
    await terminateWaiting(database);
    expect((await answer).errors).toMatchObject([{ extensions: { code: 'SCORE_EVALUATION_FAILED' } }]);
    await lockHolder.close();
    expect(await read()).toEqual(before);
  });

  it('has failed if its draft is deleted meanwhile', async () => {
    const { saveScoringRulesDraft: draft } = await api.ask<{ saveScoringRulesDraft: { id: string } }>(
      'mutation ($rules: ScoringRulesInput!) { saveScoringRulesDraft(rules: $rules) { id } }',
      { rules: RULES_OF_VERSION_1 },
    );
    const lockHolder = await lockChanges();
    const answer = api.send(EVALUATE, { rulesId: draft.id });
    await untilWaiting(database);
    await api.ask(`mutation { deleteScoringRulesDraft(id: ${draft.id}) }`);
    await lockHolder.close();
    expect((await answer).errors).toMatchObject([
      {
        message: expect.stringContaining(`Rule set ${draft.id} does not exist`) as unknown,
        extensions: { code: 'SCORE_EVALUATION_FAILED' },
      },
    ]);
    expect(await api.ask(`{ scoreQuality(rulesId: ${draft.id}) { id } }`)).toEqual({ scoreQuality: null });
  });

  it('looks interrupted if its process died', async () => {
    const [stored] = await database.rows<{ id: number }>(
      `INSERT INTO score_evaluations ("rulesId", "horizonDays", "landmarkEvery", "startedBy", host, "startedAt")
       SELECT id, 90, 30, 'test', 'a machine that burnt down', now() FROM scoring_rules_in_force() RETURNING id`,
    );
    const id = String(stored?.id);
    expect(await readEvaluation(id)).toMatchObject({ status: 'INTERRUPTED', endedAt: null });
    expect(await api.codeOf(`mutation { cancelScoreEvaluation(id: ${id}) { id } }`)).toBe(
      'SCORE_EVALUATION_NOT_RUNNING',
    );
  });

  it('rejects options out of range and rules that do not exist', async () => {
    const codeOf = (args: string) => api.codeOf(`mutation { evaluateScores(${args}) { id } }`);
    expect(await codeOf('horizonDays: 0')).toBe('BAD_USER_INPUT');
    expect(await codeOf('horizonDays: 731')).toBe('BAD_USER_INPUT');
    expect(await codeOf('landmarkEvery: 0')).toBe('BAD_USER_INPUT');
    expect(await codeOf('landmarkEvery: 91')).toBe('BAD_USER_INPUT');
    const { errors } = await api.send(
      'mutation { evaluateScores(horizonDays: 731, landmarkEvery: 91) { id } }',
    );
    expect(errors?.[0]?.message).toBe(
      'horizonDays must be a whole number from 1 to 730; landmarkEvery must be a whole number from 1 to 90.',
    );
    expect((await api.send('{ scoreQuality(rulesId: "x") { id } }')).errors?.[0]?.message).toMatch(
      /^rulesId must/,
    );
    expect(await codeOf('rulesId: 999')).toBe('NOT_FOUND');
    expect(await api.codeOf('{ scoreQuality(horizonDays: 0) { id } }')).toBe('BAD_USER_INPUT');
  });
});

describe('previewScoringRules', () => {
  it('evaluates the rules in force and other ones on the same sample of leads', async () => {
    const recency = { ...RULES_OF_VERSION_1.recency, cap: 60 };
    const engagement = { ...RULES_OF_VERSION_1.engagement, cap: 10 };
    const { previewScoringRules } = await api.ask<{
      previewScoringRules: {
        quality: Record<'before' | 'after', { leads: number; figures: { score: { auc: number } } | null }>;
      };
    }>(
      `query ($rules: ScoringRulesInput!) { previewScoringRules(rules: $rules, sample: 1500) {
        quality { before { leads figures { score { auc } } } after { leads figures { score { auc } } } }
      } }`,
      { rules: { ...RULES_OF_VERSION_1, recency, engagement } },
    );
    const { before, after } = previewScoringRules.quality;
    expect(before.leads).toBe(after.leads);
    expect(before.leads).toBeLessThanOrEqual(1500);
    expect(before.figures?.score.auc).not.toBe(after.figures?.score.auc);
  });

  const PREVIEW = (fields: string) =>
    api.send(
      `query ($rules: ScoringRulesInput!) { previewScoringRules(rules: $rules) { leadCount ${fields} } }`,
      {
        rules: RULES_OF_VERSION_1,
      },
    );
  const QUALITY_SESSIONS = `application_name LIKE '%score quality%' AND datname = current_database()`;

  it('evaluates nothing unless that is requested', async () => {
    const lockHolder = await lockChanges();
    expect(await PREVIEW('')).toEqual({ data: { previewScoringRules: { leadCount: 2001 } } });
    await lockHolder.close();
  });

  it('stops its evaluations if the scores cannot be read', async () => {
    const lockHolder = await lockChanges();
    await lockHolder.rows('LOCK TABLE leads');
    const answer = PREVIEW('quality { after { leads } }');
    await untilWaiting(database, 3);
    await database.rows(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND NOT (${QUALITY_SESSIONS})`,
    );
    expect((await answer).errors).toHaveLength(1);
    await until(
      async () =>
        (await database.rows(`SELECT FROM pg_stat_activity WHERE ${QUALITY_SESSIONS}`)).length === 0,
    );
    await lockHolder.close();
  });
});
