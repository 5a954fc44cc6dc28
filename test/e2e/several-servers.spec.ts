import { randomInt } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isPresent } from '../../src/database/process-liveness.js';
import { connect, type Connection, untilWaiting } from '../support/connection.js';
import { insertLead, insertLeads } from '../support/fixtures.js';
import { Fleet } from '../support/fleet.js';
import { FleetClient, randomOf, type SharedLead } from '../support/fleet-client.js';
import { FleetJournal, wrongScores } from '../support/fleet-journal.js';
import type { ServerProgram } from '../support/program.js';
import { type Pause, pauseAfterInserting, pauseBeforeCommit } from '../support/recalculation-pause.js';
import { pauseSummaries } from '../support/summary-pause.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { answersTo, type SocketAnswer } from '../support/websocket.js';
import { until } from '../support/until.js';

const CRON_SECONDS = 2;
const RECALCULATE = 'mutation { recalculateAllScores { recalculationId count } }';
const BATCH = 'status totalCount writtenCount unchangedCount failedCount skippedCount';
/** Repeats the random choices of a failed test: FLEET_SEED=… pnpm test several-servers */
const SEED = Number(process.env.FLEET_SEED ?? randomInt(2 ** 31));

interface Recalculation {
  readonly id: string;
  readonly status: string;
  readonly trigger: string;
  readonly host: string;
}

let directory: TemporaryDirectory;
let database: TestDatabase;
let fleet: Fleet;
let observer: Connection;
/** Has the lock that paused servers wait for, so it cannot observe them meanwhile. */
let lockHolder: Connection;

beforeAll(async () => {
  directory = await temporaryDirectory();
  database = await createTestDatabase();
  observer = await connect(database.url);
  fleet = await Fleet.start(database.url, directory.path, {
    RECALCULATION_CRON: `*/${CRON_SECONDS} * * * * *`,
    SUMMARY_WORKERS: '3',
  });
}, 60_000);
afterAll(async () => {
  await fleet.close();
  await observer.close();
  await database.drop();
  await directory.remove();
});
beforeEach(async () => {
  lockHolder = await connect(database.url);
  await rows('TRUNCATE leads, interactions CASCADE');
});
afterEach(async () => {
  // Ends every pause.
  await lockHolder.close();
  await rows(`DROP TRIGGER IF EXISTS pause ON leads;
    DROP TRIGGER IF EXISTS pause_summary ON summary_generations`);
  await fleet.complete();
});

const rows = <Row>(sql: string, parameters?: readonly unknown[]) => observer.rows<Row>(sql, parameters);

const serverAt = (index: number): ServerProgram => {
  const server = fleet.servers[index];
  if (server === undefined) throw new Error(`There is no server ${index}.`);
  return server;
};

const recalculationsAt = async ({ url }: ServerProgram): Promise<Recalculation[]> =>
  (
    await fleet.ask<{ recalculations: { nodes: Recalculation[] } }>(
      url,
      '{ recalculations(first: 3) { nodes { id status trigger host } } }',
    )
  ).recalculations.nodes;

/** Starts a recalculation that pauses before its commit. Tries again if the schedule has started one first. */
async function pausedRecalculation(server: ServerProgram) {
  for (;;) {
    const pause: Pause = await pauseBeforeCommit(lockHolder);
    const answer = fleet.send(server.url, RECALCULATE);
    await untilWaiting(observer);
    const [recalculation] = await recalculationsAt(server);
    if (recalculation?.trigger === 'API' && recalculation.status === 'RUNNING')
      return { recalculation, answer, pause };
    await pause.open();
    await answer;
    await lockHolder.rows('DROP TRIGGER pause ON leads');
  }
}

/** Waits for the first event of a subscription. @returns the first event, and a promise of the last one */
async function follow(server: ServerProgram, query: string, id: string) {
  const answers = answersTo(fleet.connectSocket(server.url), query, { id });
  const next = async () => ((await answers.next()) as IteratorResult<SocketAnswer, undefined>).value?.data;
  const first = await next();
  const last = (async () => {
    let latest = first;
    for (let data = first; data !== undefined; data = await next()) latest = data;
    return latest;
  })();
  return { first, last: last.catch(() => 'cut off') };
}

const followRecalculation = (server: ServerProgram, id: string) =>
  follow(server, 'subscription ($id: ID!) { recalculationProgress(id: $id) { status savedCount } }', id);

describe('three servers on one database', () => {
  it('show a recalculation of one on all, reject a second one and cancel it from another', async () => {
    await insertLeads(observer, 20);
    const [first, second, third] = [serverAt(0), serverAt(1), serverAt(2)];
    const { recalculation, answer } = await pausedRecalculation(first);
    const followed = await Promise.all(
      [first, second, third].map((server) => followRecalculation(server, recalculation.id)),
    );
    for (const { first: now } of followed) {
      expect(now).toEqual({ recalculationProgress: { status: 'RUNNING', savedCount: 20 } });
    }
    for (const server of [first, second, third]) {
      expect((await recalculationsAt(server))[0]).toEqual(recalculation);
      expect(await fleet.send(server.url, RECALCULATE)).toMatchObject({
        errors: [{ extensions: { code: 'RECALCULATION_RUNNING', recalculationId: recalculation.id } }],
      });
    }
    expect(
      await fleet.ask(second.url, 'mutation ($id: ID!) { cancelRecalculation(id: $id) { status } }', {
        id: recalculation.id,
      }),
    ).toEqual({ cancelRecalculation: { status: 'CANCELLED' } });
    expect(await answer).toMatchObject({ errors: [{ extensions: { code: 'RECALCULATION_CANCELLED' } }] });
    for (const { last } of followed) {
      expect(await last).toEqual({ recalculationProgress: { status: 'CANCELLED', savedCount: 20 } });
    }
  });

  it('publish INTERRUPTED to subscribers on the others if one is killed while it recalculates', async () => {
    await insertLeads(observer, 20);
    const [killed, second, third] = [serverAt(0), serverAt(1), serverAt(2)];
    const { recalculation, answer, pause } = await pausedRecalculation(killed);
    const own = await followRecalculation(killed, recalculation.id);
    const elsewhere = await Promise.all(
      [second, third].map((server) => followRecalculation(server, recalculation.id)),
    );
    await fleet.kill(killed);
    expect(await answer).toBe('lost');
    expect(await own.last).toBe('cut off');
    await pause.open();
    for (const { last } of elsewhere) {
      expect(await last).toEqual({ recalculationProgress: { status: 'INTERRUPTED', savedCount: 20 } });
    }
    // The next recalculation, by the schedule or a caller, updates the record of the interrupted one.
    await until(
      async () =>
        (await rows(`SELECT FROM rescore_runs WHERE id > $1 AND status = 'succeeded'`, [recalculation.id]))
          .length > 0,
    );
    expect(await rows('SELECT status FROM rescore_runs WHERE id = $1', [recalculation.id])).toEqual([
      { status: 'interrupted' },
    ]);
  });

  it('show an import of one that is killed as interrupted, keep nothing of it, and import the file again', async () => {
    const [killed, second] = [serverAt(0), serverAt(1)];
    const pause = await pauseAfterInserting(lockHolder);
    const form = new FormData();
    form.append('leads', new Blob(['email,firstName,lastName\nada@example.com,Ada,One\n']), 'leads.csv');
    const importAt = async (server: ServerProgram) =>
      (await (await fleet.postForm(server.url, '/imports', form)).json()) as { id: number };
    const statusOf = async (id: number) =>
      (
        await fleet.ask<{ import: { status: string } }>(
          second.url,
          'query ($id: ID!) { import(id: $id) { status } }',
          { id },
        )
      ).import.status;
    const { id } = await importAt(killed);
    await untilWaiting(observer);
    expect(await statusOf(id)).toBe('RUNNING');
    await fleet.kill(killed);
    await pause.open();
    await until(async () => (await statusOf(id)) === 'INTERRUPTED');
    const again = await importAt(second);
    await until(async () => (await statusOf(again.id)) === 'SUCCEEDED');
    expect(await rows('SELECT email, "importId" FROM leads')).toEqual([
      { email: 'ada@example.com', importId: again.id },
    ]);
  });

  it('start one recalculation for each instant of the schedule', async () => {
    await insertLeads(observer, 5);
    const [before] = await rows<{ id: number }>('SELECT coalesce(max(id), 0)::int AS id FROM rescore_runs');
    const since = () =>
      rows<{ scheduledFor: Date; status: string }>(
        'SELECT "scheduledFor", status FROM rescore_runs WHERE id > $1 ORDER BY "scheduledFor"',
        [before?.id],
      );
    await until(async () => (await since()).filter(({ status }) => status === 'succeeded').length >= 3);
    const instants = (await since()).slice(0, 3).map(({ scheduledFor }) => scheduledFor.getTime());
    const step = CRON_SECONDS * 1000;
    const [start = 0] = instants;
    expect(start % step).toBe(0);
    expect(instants).toEqual([start, start + step, start + 2 * step]);
  });

  it('write a batch with the workers of all, and complete it if one is killed', async () => {
    const ids: number[] = [];
    for (let index = 0; index < 40; index += 1) ids.push(await insertLead(observer));
    const pause = await pauseSummaries(lockHolder);
    const [killed, second, third] = [serverAt(0), serverAt(1), serverAt(2)];
    const { regenerateSummaries: batch } = await fleet.ask<{ regenerateSummaries: { id: string } }>(
      killed.url,
      'mutation { regenerateSummaries { id } }',
    );
    const workers = () =>
      rows<{ worker: string }>(
        'SELECT DISTINCT locked_by AS worker FROM summary_queue.jobs WHERE locked_by IS NOT NULL',
      );
    // Three jobs of each server: as many as it writes at once.
    await untilWaiting(observer, 9);
    const waitingWorkers = await workers();
    expect(waitingWorkers).toHaveLength(3);
    const query = `subscription ($id: ID!) { summaryBatchProgress(id: $id) { ${BATCH} } }`;
    const followed = await Promise.all([second, third].map((server) => follow(server, query, batch.id)));
    expect(followed[0]?.first).toMatchObject({
      summaryBatchProgress: { status: 'RUNNING', writtenCount: 0 },
    });
    await fleet.kill(killed);
    await pause.open();
    for (const { last } of followed) {
      expect(await last).toEqual({
        summaryBatchProgress: {
          status: 'SUCCEEDED',
          totalCount: 40,
          writtenCount: 40,
          unchangedCount: 0,
          failedCount: 0,
          skippedCount: 0,
        },
      });
    }
    expect(await rows('SELECT DISTINCT status FROM summary_batch_items')).toEqual([{ status: 'written' }]);
    expect(
      await rows(`SELECT "leadId" FROM summary_generations WHERE "batchId" = $1 ORDER BY "leadId"`, [
        batch.id,
      ]),
    ).toEqual(ids.map((leadId) => ({ leadId })));
  });

  it('continue subscriptions on another server if their sockets are cut', async () => {
    await insertLeads(observer, 20);
    const { recalculation, pause, answer } = await pausedRecalculation(serverAt(0));
    const query = 'subscription ($id: ID!) { recalculationProgress(id: $id) { status } }';
    const open = () => answersTo(fleet.connectSocket(), query, { id: recalculation.id });
    const before = [open(), open(), open()];
    for (const answers of before) await answers.next();
    const cut = before.map((answers) =>
      answers.next().then(
        () => 'goes on',
        () => 'cut off',
      ),
    );
    expect(fleet.balancer.cutSockets()).toBe(3);
    expect(await Promise.all(cut)).toEqual(['cut off', 'cut off', 'cut off']);
    const again = [open(), open(), open()];
    for (const answers of again) {
      expect((await answers.next()).value).toEqual({
        data: { recalculationProgress: { status: 'RUNNING' } },
      });
    }
    await pause.open();
    for (const answers of again) {
      expect((await answers.next()).value).toEqual({
        data: { recalculationProgress: { status: 'SUCCEEDED' } },
      });
    }
    expect(await answer).toEqual({
      data: { recalculateAllScores: { recalculationId: recalculation.id, count: 20 } },
    });
  });
});

describe(`random work (FLEET_SEED=${SEED})`, () => {
  const CLIENTS = 6;
  const STEPS = 10;
  let journal: FleetJournal;
  let clients: FleetClient[];

  beforeEach(async () => {
    journal = new FleetJournal();
    const shared: SharedLead[] = [];
    for (let index = 0; index < 5; index += 1) {
      const email = `shared-${index}@example.com`;
      const state = { budget: 1000 * index, status: 'new' };
      const made = await fleet.ask<{ createLead: { id: string } }>(
        fleet.url,
        'mutation ($lead: CreateLeadInput!) { createLead(createLeadInput: $lead) { id } }',
        { lead: { firstName: 'Ada', lastName: email, email, ...state } },
      );
      shared.push({ id: Number(made.createLead.id), email });
      journal.leads.set(email, [state]);
    }
    clients = Array.from(
      { length: CLIENTS },
      (_, index) => new FleetClient(`client-${index}`, fleet, journal, shared, randomOf(SEED + index)),
    );
  });

  const work = () => Promise.all(clients.map((client) => client.run(STEPS)));
  /** Resolves after half of all steps. */
  const halfway = () => journal.afterSteps((CLIENTS * STEPS) / 2);

  it('is stored exactly once, even if servers are killed or stopped', async () => {
    await work();
    expect(journal.lostCount).toBe(0);

    // One server is killed: only the requests that it was answering are lost.
    const killing = halfway().then(() => fleet.kill(serverAt(0)));
    await Promise.all([work(), killing]);
    expect(journal.lostCount).toBe(fleet.balancer.brokenCount);
    // It may leave leases, which are free because its process has ended. No other process has ended so far.
    const left = await rows<{ holder: string }>(
      `SELECT holder FROM summary_leases WHERE NOT ${isPresent('summary_leases.holder')}`,
    );
    const killedHolders = left.map(({ holder }) => holder);

    // One server stops gracefully: it gets no more requests and answers those that it has.
    const lostBefore = journal.lostCount;
    const stopping = halfway().then(() => fleet.stop(serverAt(0)));
    await Promise.all([work(), stopping]);
    expect((await stopping).code).toBe(0);
    expect(journal.lostCount).toBe(lostBefore);

    // The replacements take part in the work.
    await fleet.complete();
    await work();
    expect(journal.lostCount).toBe(lostBefore);
    for (const { url } of fleet.servers) expect(fleet.balancer.servedBy(url)).toBeGreaterThan(0);

    await until(async () => (await rows('SELECT FROM summary_queue.jobs')).length === 0);
    await Promise.all([...fleet.servers].map((server) => fleet.stop(server)));
    expect(await journal.contradictions(observer)).toEqual([]);
    expect(await wrongScores(observer)).toEqual([]);
    expect(await rows(`SELECT FROM rescore_runs WHERE status = 'running'`)).toEqual([]);
    expect(await rows(`SELECT FROM summary_batches WHERE status <> 'succeeded'`)).toEqual([]);
    expect(await rows('SELECT FROM summary_leases WHERE holder <> ALL ($1)', [killedHolders])).toEqual([]);
    expect(
      await rows(
        `SELECT application_name FROM pg_stat_activity
         WHERE datname = current_database() AND application_name LIKE 'lead-scoring%'`,
      ),
    ).toEqual([]);
  }, 90_000);
});
