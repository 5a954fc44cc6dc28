import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import path from 'node:path';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { migrateUp } from '../../src/database/migrator.js';
import { connect, type Connection, untilWaiting } from '../support/connection.js';
import { insertLeads, readScores } from '../support/fixtures.js';
import { type ServerProgram, startServerProgram } from '../support/program.js';
import { pauseBeforeCommit } from '../support/recalculation-pause.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

const RECALCULATE = 'mutation { recalculateAllScores { count failedCount failures { leadId reason } } }';
const LEADS = 40;

let directory: TemporaryDirectory;
const servers: ServerProgram[] = [];

async function stopServers(): Promise<void> {
  for (const server of servers.splice(0)) {
    server.process.kill('SIGKILL');
    await server.finished;
  }
}

async function startServer(databaseUrl: string): Promise<ServerProgram> {
  const server = await startServerProgram({
    cwd: directory.path,
    env: { DATABASE_URL: databaseUrl, SCORE_REFRESH_SECONDS: '0' },
  });
  servers.push(server);
  return server;
}

/** The run's record as a server tells it, once it no longer says that it is running. */
async function endOfRun(server: ServerProgram): Promise<Record<string, unknown> | undefined> {
  let run: Record<string, unknown> | undefined;
  await until(async () => {
    const answer = (await server.ask(
      '{ recalculations(first: 1) { nodes { status error savedCount } } }',
    )) as {
      data?: { recalculations: { nodes: Record<string, unknown>[] } } | null;
    };
    run = answer.data?.recalculations.nodes[0];
    return run !== undefined && run.status !== 'RUNNING';
  });
  return run;
}

const recalculated = { data: { recalculateAllScores: { count: LEADS, failedCount: 0, failures: [] } } };

const unscored = async (connection: Connection) =>
  (await readScores(connection)).filter(
    ({ activityScore, scoreCalculatedAt }) => activityScore === null && scoreCalculatedAt === null,
  ).length;

describe('with several servers on one database', () => {
  let database: TestDatabase;
  let lockHolder: Connection;
  let other: Connection;
  /** The last test kills it. */
  let first: ServerProgram;
  let second: ServerProgram;

  /** A connection of the tests, which the time limit of the database does not end. */
  const connectWithoutLimit = async () => {
    const connection = await connect(database.url);
    await connection.rows('SET statement_timeout = 0');
    return connection;
  };

  beforeAll(async () => {
    directory = await temporaryDirectory();
    database = await createTestDatabase();
    other = await connectWithoutLimit();
    const name = new URL(database.url).pathname.slice(1);
    await other.rows(`ALTER DATABASE ${name} SET statement_timeout = '400ms'`);
    first = await startServer(database.url);
    second = await startServer(database.url);
  });
  beforeEach(async () => {
    await other.rows(`
      DROP TRIGGER IF EXISTS pause ON leads;
      TRUNCATE leads, rescore_runs RESTART IDENTITY CASCADE`);
    // It holds the gate of a pause, also if a test fails before it opens the gate.
    lockHolder = await connectWithoutLimit();
    await insertLeads(other, LEADS);
  });
  afterEach(() => lockHolder.close());
  afterAll(async () => {
    await stopServers();
    await other.close();
    await database.drop();
    await directory.remove();
  });

  /** Until a recalculation waits before its commit. @throws if it ends before that, with its answer */
  async function untilPaused(answer: Promise<unknown>): Promise<void> {
    const ended = answer.then((early) => {
      throw new Error(`The recalculation did not wait: ${JSON.stringify(early)}`);
    });
    await Promise.race([untilWaiting(other), ended]);
    ended.catch(() => undefined);
  }

  /** The same, and until its record says how far it is, which goes over another connection. */
  async function untilDone(answer: Promise<unknown>): Promise<void> {
    await untilPaused(answer);
    await until(
      async () => (await other.rows(`SELECT FROM rescore_runs WHERE "doneCount" = ${LEADS}`)).length > 0,
    );
  }

  it('a second server is told at once that the first recalculates', async () => {
    const pause = await pauseBeforeCommit(lockHolder);
    const answer = first.ask(RECALCULATE);
    await untilDone(answer);
    expect(await second.ask(RECALCULATE)).toMatchObject({
      errors: [
        {
          message: expect.stringContaining('has been running since') as unknown,
          extensions: { code: 'RECALCULATION_RUNNING', totalCount: LEADS, savedCount: LEADS },
        },
      ],
    });
    await pause.open();
    expect(await answer).toEqual(recalculated);
  });

  it.each([
    {
      what: 'its transaction’s connection',
      which: `wait_event_type = 'Lock'`,
      error: /connection|available/,
    },
    {
      what: 'every connection that it has',
      which: `application_name LIKE 'lead-scoring%'`,
      error: /connection|available/,
    },
  ])('one that loses $what says that it failed, and recalculates again', async ({ which, error }) => {
    const pause = await pauseBeforeCommit(lockHolder);
    const answer = first.ask(RECALCULATE);
    await untilPaused(answer);
    await other.rows(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND ${which}`,
    );
    expect(await answer).toMatchObject({ errors: [{ extensions: { code: 'RECALCULATION_FAILED' } }] });
    await pause.open();
    expect(await endOfRun(first)).toMatchObject({
      status: 'FAILED',
      error: expect.stringMatching(error) as unknown,
    });
    expect(await unscored(other)).toBe(LEADS);
    expect(await first.ask(RECALCULATE)).toEqual(recalculated);
  });

  it('goes on without the connection that keeps the record', async () => {
    const pause = await pauseBeforeCommit(lockHolder);
    const answer = first.ask(RECALCULATE);
    await untilPaused(answer);
    await other.rows(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE '%recalculation record'`,
    );
    await pause.open();
    expect(await answer).toEqual(recalculated);
    expect(await endOfRun(first)).toMatchObject({ status: 'SUCCEEDED', savedCount: LEADS });
  });

  it('a statement that is cancelled costs no more than its lead, and a time limit of the database does not apply', async () => {
    await other.rows(`
      CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_sleep(0.5); RETURN NEW; END $$;
      CREATE TRIGGER take_time BEFORE UPDATE ON leads FOR EACH ROW
        WHEN (NEW.id = ${(await readScores(other))[5]?.id}) EXECUTE FUNCTION take_time();
      CREATE FUNCTION cancel_statement() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'cancelled' USING ERRCODE = 'query_canceled'; END $$;
      CREATE TRIGGER cancel_statement BEFORE UPDATE ON leads FOR EACH ROW
        WHEN (NEW.id = ${(await readScores(other))[17]?.id}) EXECUTE FUNCTION cancel_statement()`);
    expect(await first.ask(RECALCULATE)).toMatchObject({
      data: {
        recalculateAllScores: {
          count: LEADS - 1,
          failedCount: 1,
          failures: [{ reason: 'Writing the row took longer than the time limit.' }],
        },
      },
    });
    expect(await unscored(other)).toBe(1);
    await other.rows('DROP TRIGGER take_time ON leads; DROP TRIGGER cancel_statement ON leads');
  });

  it('one that is killed in the middle leaves nothing behind but its record', async () => {
    const pause = await pauseBeforeCommit(lockHolder);
    const answer = first.ask(RECALCULATE).catch(() => 'cut off');
    await untilDone(answer);
    first.process.kill('SIGKILL');
    await first.finished;
    expect(await answer).toBe('cut off');
    await pause.open();
    expect(await endOfRun(second)).toEqual({ status: 'INTERRUPTED', error: null, savedCount: LEADS });
    expect(await unscored(other)).toBe(LEADS);
    expect(await second.ask(RECALCULATE)).toEqual(recalculated);
    expect(await other.rows('SELECT status FROM rescore_runs ORDER BY id')).toEqual([
      { status: 'interrupted' },
      { status: 'succeeded' },
    ]);
  });
});

describe('where the database is restarted', () => {
  it('nothing is half-written, the record is true, and the next run works', async () => {
    directory = await temporaryDirectory();
    const postgres = await startEmbeddedPostgres({
      directory: path.join(directory.path, 'postgres'),
      database: 'crm',
    });
    try {
      await migrateUp({ url: postgres.url });
      const before = await connect(postgres.url);
      const lockHolder = await connect(postgres.url);
      await insertLeads(before, LEADS);
      const server = await startServer(postgres.url);
      await pauseBeforeCommit(lockHolder);
      const answer = server.ask(RECALCULATE);
      await untilWaiting(before);
      const [session] = await before.rows<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      // Where one of its processes crashes, PostgreSQL ends all others and recovers, as after a power cut.
      process.kill(session?.pid ?? 0, 'SIGKILL');
      expect(await answer).toMatchObject({ errors: [{ extensions: { code: 'RECALCULATION_FAILED' } }] });

      expect(['FAILED', 'INTERRUPTED']).toContain((await endOfRun(server))?.status);
      const after = await connect(postgres.url);
      expect(await unscored(after)).toBe(LEADS);
      expect(await server.ask(RECALCULATE)).toEqual(recalculated);
      await after.close();
    } finally {
      for (const server of servers.splice(0)) await server.stop();
      await postgres.release();
      await directory.remove();
    }
  });
});
