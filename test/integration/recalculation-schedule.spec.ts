import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { insertLeads, readScores } from '../support/fixtures.js';
import { until } from '../support/until.js';

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

interface ScheduledRun {
  readonly trigger: string;
  readonly scheduledFor: Date;
  readonly startedAt: Date;
  readonly status: string;
}

const readRuns = () =>
  database.rows<ScheduledRun>('SELECT *, "startedBy" AS trigger FROM rescore_runs ORDER BY id');

it('recalculates all scores at each scheduled instant, on one of several replicas', async () => {
  await insertLeads(database, 3);
  const replicas = await Promise.all(
    [1, 2, 3].map(() => startApi({ RECALCULATION_CRON: '* * * * * *' }, api.databaseUrl)),
  );
  await until(async () => (await readRuns()).filter(({ status }) => status === 'succeeded').length >= 3);
  await Promise.all(replicas.map((replica) => replica.close()));

  const runs = await readRuns();
  expect(new Set(runs.map(({ trigger }) => trigger))).toEqual(new Set(['schedule']));
  const instants = runs.map(({ scheduledFor }) => scheduledFor.getTime());
  expect(new Set(instants).size).toBe(instants.length);
  expect(instants.every((instant) => instant % 1000 === 0)).toBe(true);
  expect((await readScores(database)).map(({ activityScore }) => activityScore)).toEqual([3, 3, 3]);
});
