import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import path from 'node:path';
import { connect, type Connection, untilWaiting } from '../support/connection.js';
import { insertLeads, readScores } from '../support/fixtures.js';
import { startPreparedPostgres } from '../support/prepared-postgres.js';
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

/** Waits until the latest recalculation has ended. @returns its record */
async function endOfRecalculation(server: ServerProgram): Promise<Record<string, unknown> | undefined> {
  let recalculation: Record<string, unknown> | undefined;
  await until(async () => {
    const answer = (await server.ask(
      '{ recalculations(first: 1) { nodes { status error savedCount } } }',
    )) as {
      data?: { recalculations: { nodes: Record<string, unknown>[] } } | null;
    };
    recalculation = answer.data?.recalculations.nodes[0];
    return recalculation !== undefined && recalculation.status !== 'RUNNING';
  });
  return recalculation;
}

const recalculated = { data: { recalculateAllScores: { count: LEADS, failedCount: 0, failures: [] } } };

const unscored = async (connection: Connection) =>
  (await readScores(connection)).filter(
    ({ activityScore, scoreCalculatedAt }) => activityScore === null && scoreCalculatedAt === null,
  ).length;

describe('several servers on one database', () => {
  let database: TestDatabase;
  let lockHolder: Connection;
  let other: Connection;
  /** The last test kills it. */
  let first: ServerProgram;
  let second: ServerProgram;

  /** A connection without the statement timeout of the database. */
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
    // A new connection for each test: closing it ends a pause that a failed test has left.
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

  /** Waits until a recalculation pauses before its commit. @throws if it ends before that */
  async function untilPaused(answer: Promise<unknown>): Promise<void> {
    const ended = answer.then((early) => {
      throw new Error(`The recalculation did not wait: ${JSON.stringify(early)}`);
    });
    await Promise.race([untilWaiting(other), ended]);
    ended.catch(() => undefined);
  }

  /** Waits also until its record contains the progress, which another connection writes. */
  async function untilDone(answer: Promise<unknown>): Promise<void> {
    await untilPaused(answer);
    await until(
      async () => (await other.rows(`SELECT FROM rescore_runs WHERE "doneCount" = ${LEADS}`)).length > 0,
    );
  }

  it('reject a second recalculation at once, with the progress of the first', async () => {
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
      what: 'the connection of its transaction',
      which: `wait_event_type = 'Lock'`,
      error: /connection|available/,
    },
    {
      what: 'all its connections',
      which: `application_name LIKE 'lead-scoring%'`,
      error: /connection|available/,
    },
  ])('report a failure if one loses $what, and recalculate again', async ({ which, error }) => {
    const pause = await pauseBeforeCommit(lockHolder);
    const answer = first.ask(RECALCULATE);
    await untilPaused(answer);
    await other.rows(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND ${which}`,
    );
    expect(await answer).toMatchObject({ errors: [{ extensions: { code: 'RECALCULATION_FAILED' } }] });
    await pause.open();
    expect(await endOfRecalculation(first)).toMatchObject({
      status: 'FAILED',
      error: expect.stringMatching(error) as unknown,
    });
    expect(await unscored(other)).toBe(LEADS);
    expect(await first.ask(RECALCULATE)).toEqual(recalculated);
  });

  it('complete a recalculation without the connection that writes its record', async () => {
    const pause = await pauseBeforeCommit(lockHolder);
    const answer = first.ask(RECALCULATE);
    await untilPaused(answer);
    await other.rows(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE '%recalculation record'`,
    );
    await pause.open();
    expect(await answer).toEqual(recalculated);
    expect(await endOfRecalculation(first)).toMatchObject({ status: 'SUCCEEDED', savedCount: LEADS });
  });

  it('lose only one lead to a cancelled statement, and ignore the statement timeout of the database', async () => {
    await other.rows(`
      CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS $$
        -- A statement that takes longer than the timeout of the database.
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

  it('keep only the record if one is killed during a recalculation', async () => {
    const pause = await pauseBeforeCommit(lockHolder);
    const answer = first.ask(RECALCULATE).catch(() => 'cut off');
    await untilDone(answer);
    first.process.kill('SIGKILL');
    await first.finished;
    expect(await answer).toBe('cut off');
    await pause.open();
    expect(await endOfRecalculation(second)).toEqual({
      status: 'INTERRUPTED',
      error: null,
      savedCount: LEADS,
    });
    expect(await unscored(other)).toBe(LEADS);
    expect(await second.ask(RECALCULATE)).toEqual(recalculated);
    expect(await other.rows('SELECT status FROM rescore_runs ORDER BY id')).toEqual([
      { status: 'interrupted' },
      { status: 'succeeded' },
    ]);
  });
});

describe('a restart of the database', () => {
  it('leaves no scores and a correct record, and the next recalculation works', async () => {
    directory = await temporaryDirectory();
    const postgres = await startPreparedPostgres({
      directory: path.join(directory.path, 'postgres'),
      database: 'crm',
    });
    try {
      const before = await connect(postgres.url);
      const lockHolder = await connect(postgres.url);
      await insertLeads(before, LEADS);
      const server = await startServer(postgres.url);
      await pauseBeforeCommit(lockHolder);
      const answer = server.ask(RECALCULATE);
      await untilWaiting(before);
      const [session] = await before.rows<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      // If one of its processes crashes, PostgreSQL ends all others and recovers, as after a power cut.
      process.kill(session?.pid ?? 0, 'SIGKILL');
      expect(await answer).toMatchObject({ errors: [{ extensions: { code: 'RECALCULATION_FAILED' } }] });

      expect(['FAILED', 'INTERRUPTED']).toContain((await endOfRecalculation(server))?.status);
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
