import { RULES_OF_VERSION_1 } from '../../src/leads/scoring/scoring-rules.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DedicatedConnections } from '../../src/database/dedicated-connections.js';
import { SalesYearService } from '../../src/demo/sales-year.service.js';
import { Landmarks } from '../../src/score-quality/landmarks.js';
import type { InteractionVersion, LeadChange, LeadPast } from '../../src/score-quality/lead-past.js';
import { ScoreQuality } from '../../src/score-quality/score-quality.js';
import { ScoreQualityService } from '../../src/score-quality/score-quality.service.js';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { insertInteraction, insertLead } from '../support/fixtures.js';
import { until } from '../support/until.js';

const OPTIONS = { horizonDays: 90, landmarkEvery: 7, rules: RULES_OF_VERSION_1 };

let api: Api;
let database: Connection;
let service: ScoreQualityService;

beforeAll(async () => {
  api = await startApi();
  database = await connect(api.databaseUrl);
  service = new ScoreQualityService(new DedicatedConnections(api.databaseUrl));
  await api.app.get(SalesYearService, { strict: false }).load();
  await addVersions();
});
afterAll(async () => {
  await database.close();
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
    const lockHolder = await connect(api.databaseUrl);
    await lockHolder.rows('BEGIN');
    await lockHolder.rows('LOCK TABLE lead_changes');
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
