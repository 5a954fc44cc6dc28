import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from 'graphql-ws';
import { ADVISORY_LOCKS } from '../../src/database/advisory-locks.js';
import { READ_RUN } from '../../src/recalculation/recalculation-record.sql.js';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection, untilWaiting } from '../support/connection.js';
import { databaseReset } from '../support/database-reset.js';
import { insertLead, insertLeads, readScores } from '../support/fixtures.js';
import { type Network, startNetwork } from '../support/network.js';
import { type Pause, pauseBeforeCommit } from '../support/recalculation-pause.js';
import { answersTo, connectSocket, type SocketAnswer } from '../support/websocket.js';
import { until } from '../support/until.js';

const RECALCULATE = 'mutation { recalculateAllScores { recalculationId asOf count } }';
const RUN = `{
  id trigger host onlyStale status asOf startedAt endedAt durationMs
  totalCount calculatedCount savedCount skippedCount failedCount failures { leadId reason } error
}`;

interface Run {
  readonly id: string;
  readonly status: string;
  readonly asOf: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly durationMs: number | null;
  readonly savedCount: number;
  readonly totalCount: number;
}

let api: Api;
/** Another replica on the same database. */
let replica: Api;
let keeper: Connection;
/** Between the replica and its database. */
let network: Network;
let reset: () => Promise<void>;
let lockHolder: Connection;
let other: Connection;

beforeAll(async () => {
  api = await startApi();
  network = await startNetwork(api.databaseUrl);
  replica = await startApi({}, network.url);
  keeper = await connect(api.databaseUrl);
  reset = await databaseReset(keeper);
});
afterAll(async () => {
  await keeper.close();
  await replica.close();
  await network.cut();
  await api.close();
});
beforeEach(async () => {
  lockHolder = await connect(api.databaseUrl);
  other = await connect(api.databaseUrl);
});
afterEach(async () => {
  await lockHolder.close();
  await other.close();
  await reset();
});

const readRun = async (id: string | number) =>
  (await replica.ask<{ recalculation: Run | null }>(`{ recalculation(id: ${id}) ${RUN} }`)).recalculation;

const latestRun = async (): Promise<Run> => {
  const { recalculations } = await replica.ask<{ recalculations: { nodes: Run[] } }>(
    `{ recalculations(first: 1) { nodes ${RUN} } }`,
  );
  const [run] = recalculations.nodes;
  if (run === undefined) throw new Error('There is no run.');
  return run;
};

/** Starts a recalculation that writes every score and then waits before its commit. */
async function startRecalculation(): Promise<{ answer: ReturnType<Api['send']>; pause: Pause; run: Run }> {
  const pause = await pauseBeforeCommit(lockHolder);
  const answer = api.send(RECALCULATE);
  await untilWaiting(other);
  return { answer, pause, run: await latestRun() };
}

describe('the record of a recalculation', () => {
  it('is complete after a success', async () => {
    const ids = await insertLeads(other, 5);
    await other.rows(
      `ALTER TABLE leads ADD CONSTRAINT reject CHECK (id <> ${ids[2]} OR "activityScore" IS NULL)`,
    );
    const { recalculateAllScores: answer } = await api.ask<{
      recalculateAllScores: { recalculationId: string; asOf: string; count: number };
    }>(RECALCULATE);
    const run = await readRun(answer.recalculationId);
    expect(run).toMatchObject({
      id: answer.recalculationId,
      trigger: 'API',
      host: expect.stringContaining(String(process.pid)) as unknown,
      onlyStale: false,
      status: 'SUCCEEDED',
      asOf: answer.asOf,
      totalCount: 5,
      calculatedCount: 5,
      savedCount: 4,
      skippedCount: 0,
      failedCount: 1,
      failures: [{ leadId: ids[2], reason: 'A check constraint of the database rejected the row.' }],
      error: null,
    });
    expect(answer.count).toBe(4);
    const [stored] = await readScores(other);
    expect(stored?.scoreCalculatedAt?.toISOString()).toBe(answer.asOf);
    // Calculated in floating point, so the last digits may differ.
    const elapsedMs = new Date(run?.endedAt ?? 0).getTime() - new Date(run?.startedAt ?? 0).getTime();
    expect(run?.durationMs).toBeCloseTo(elapsedMs, 6);
  });

  it('is visible on another replica while nothing is committed', async () => {
    await insertLeads(other, 30);
    const { answer, pause, run } = await startRecalculation();
    expect(run).toMatchObject({
      status: 'RUNNING',
      totalCount: 30,
      calculatedCount: 30,
      savedCount: 30,
      endedAt: null,
    });
    expect(run.durationMs).toBeGreaterThan(0);
    expect((await readScores(other)).every(({ activityScore }) => activityScore === null)).toBe(true);
    await pause.open();
    expect(await answer).toMatchObject({
      data: { recalculateAllScores: { recalculationId: run.id, count: 30 } },
    });
    expect(await readRun(run.id)).toMatchObject({ status: 'SUCCEEDED', savedCount: 30 });
  });

  it('never looks interrupted while recalculations start and end', async () => {
    await insertLeads(other, 3);
    let isOver = false;
    const seen = new Set<string>();
    const watching = (async () => {
      while (!isOver) {
        const { recalculations } = await replica.ask<{ recalculations: { nodes: Run[] } }>(
          '{ recalculations(first: 3) { nodes { status } } }',
        );
        for (const { status } of recalculations.nodes) seen.add(status);
      }
    })();
    for (let run = 0; run < 30; run += 1) await api.ask(RECALCULATE);
    isOver = true;
    await watching;
    expect([...seen].sort()).not.toContain('INTERRUPTED');
  });

  it('shows the failure and its cause if everything was rolled back', async () => {
    await insertLead(other);
    await other.rows(`
      CREATE FUNCTION reject() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'secret'; END $$;
      CREATE CONSTRAINT TRIGGER reject AFTER UPDATE ON leads DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION reject()`);
    expect(await api.codeOf(RECALCULATE)).toBe('RECALCULATION_FAILED');
    const run = await latestRun();
    expect(run).toMatchObject({ status: 'FAILED', error: 'A trigger of the database rejected the row.' });
    expect(run.endedAt).not.toBeNull();
    expect((await readScores(other))[0]?.activityScore).toBeNull();
  });

  it('shows the success even if the response to the commit was lost', async () => {
    await insertLead(other);
    const query = api.sequelize.query.bind(api.sequelize) as (...args: unknown[]) => Promise<unknown>;
    let isLost = false;
    api.sequelize.query = (async (sql: string, options: unknown) => {
      const answer = await query(sql, options);
      if (sql.startsWith('COMMIT')) {
        isLost = true;
        throw new Error('Connection terminated unexpectedly');
      }
      return answer;
    }) as unknown as typeof api.sequelize.query;
    try {
      expect(await api.ask(RECALCULATE)).toMatchObject({ recalculateAllScores: { count: 1 } });
    } finally {
      api.sequelize.query = query as typeof api.sequelize.query;
    }
    expect(isLost).toBe(true);
    expect(await latestRun()).toMatchObject({ status: 'SUCCEEDED', savedCount: 1, error: null });
  });

  it('looks interrupted if the process died, and blocks nothing', async () => {
    await insertLead(other);
    await other.rows(`INSERT INTO rescore_runs ("startedBy", "startedOn", "onlyStale", "asOf", "startedAt", "totalCount")
      VALUES ('api', 'a machine that burnt down', false, now(), now(), 7)`);
    expect(await latestRun()).toMatchObject({ status: 'INTERRUPTED', endedAt: null, durationMs: null });
    expect(await api.codeOf('mutation { cancelRecalculation(id: 1) { id } }')).toBe(
      'RECALCULATION_NOT_RUNNING',
    );
    expect(await api.ask(RECALCULATE)).toMatchObject({ recalculateAllScores: { count: 1 } });
    expect(await other.rows('SELECT status FROM rescore_runs ORDER BY id')).toEqual([
      { status: 'interrupted' },
      { status: 'succeeded' },
    ]);
  });
});

describe('a second recalculation', () => {
  it('fails at once on another replica, with the id, start and progress of the first', async () => {
    await insertLeads(other, 30);
    const { answer, pause, run } = await startRecalculation();
    const { data, errors } = await replica.send(RECALCULATE);
    expect(data).toBeNull();
    expect(errors).toMatchObject([
      {
        message: `Recalculation ${run.id} has been running since ${run.startedAt}: of 30 leads it has calculated 30 and written 30.`,
        extensions: {
          code: 'RECALCULATION_RUNNING',
          recalculationId: run.id,
          startedAt: run.startedAt,
          totalCount: 30,
          calculatedCount: 30,
          savedCount: 30,
        },
      },
    ]);
    await pause.open();
    expect((await answer).errors).toBeUndefined();
    expect(await other.rows('SELECT FROM rescore_runs')).toHaveLength(1);
    expect((await replica.send(RECALCULATE)).errors).toBeUndefined();
  });

  it('can eventually start even if the machine of the first disappears', async () => {
    await insertLead(other);
    await other.rows(`
      CREATE TABLE seen (setting text);
      CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO seen VALUES (current_setting('idle_in_transaction_session_timeout')); RETURN NULL; END $$;
      CREATE TRIGGER see AFTER UPDATE ON leads FOR EACH STATEMENT EXECUTE FUNCTION see()`);
    await api.ask(RECALCULATE);
    // After this timeout, PostgreSQL ends the session and releases its locks.
    expect(await other.rows('SELECT DISTINCT * FROM seen')).toEqual([{ setting: '1min' }]);
  });

  it('fails at once while an import is in progress', async () => {
    await lockHolder.rows('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.bulkScoring]);
    expect(await api.codeOf(RECALCULATE)).toBe('RECALCULATION_RUNNING');
  });
});

describe('cancelRecalculation', () => {
  it('rolls back a recalculation on another replica before it returns', async () => {
    await insertLeads(other, 30);
    const { answer, run } = await startRecalculation();
    const { cancelRecalculation } = await replica.ask<{ cancelRecalculation: Run }>(
      `mutation { cancelRecalculation(id: "${run.id}") ${RUN} }`,
    );
    expect(cancelRecalculation).toMatchObject({
      id: run.id,
      status: 'CANCELLED',
      error: 'It was cancelled.',
    });
    expect(await answer).toMatchObject({
      data: null,
      errors: [{ extensions: { code: 'RECALCULATION_CANCELLED' } }],
    });
    expect((await readScores(other)).every(({ activityScore }) => activityScore === null)).toBe(true);
    expect(await readRun(run.id)).toMatchObject({ status: 'CANCELLED', savedCount: 30 });
  });

  it('is not delayed by writers that use all connections for transactions', async () => {
    const [lead] = await insertLeads(other, 3);
    const { answer, run } = await startRecalculation();
    const writers = Array.from({ length: 12 }, () =>
      api.send(`mutation { updateLead(updateLeadInput: { id: ${lead}, budget: 5 }) { id } }`),
    );
    // Transactions may use six of ten connections, and the recalculation uses one of the six.
    await untilWaiting(other, 5);
    await replica.ask(`mutation { cancelRecalculation(id: "${run.id}") { id } }`);
    expect((await answer).errors).toMatchObject([{ extensions: { code: 'RECALCULATION_CANCELLED' } }]);
    for (const { errors } of await Promise.all(writers)) expect(errors).toBeUndefined();
  });

  it('fails if the recalculation has ended or does not exist', async () => {
    await insertLead(other);
    const { recalculateAllScores } = await api.ask<{ recalculateAllScores: { recalculationId: string } }>(
      RECALCULATE,
    );
    const cancel = (id: string) => api.codeOf(`mutation { cancelRecalculation(id: "${id}") { id } }`);
    expect(await cancel(recalculateAllScores.recalculationId)).toBe('RECALCULATION_NOT_RUNNING');
    expect(await cancel('999999')).toBe('NOT_FOUND');
  });
});

describe('recalculations', () => {
  interface Page {
    readonly nodes: readonly { id: string }[];
    readonly edges: readonly { cursor: string; node: { id: string } }[];
    readonly pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string | null };
  }
  const readPage = async (args: string) =>
    (
      await api.ask<{ recalculations: Page }>(
        `{ recalculations${args} { nodes { id } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
      )
    ).recalculations;

  it('pages through all recalculations, latest first, while new ones start', async () => {
    for (let run = 0; run < 5; run += 1) await api.ask(RECALCULATE);
    const first = await readPage('(first: 2)');
    await api.ask(RECALCULATE);
    const second = await readPage(`(first: 2, after: "${first.pageInfo.endCursor}")`);
    const third = await readPage(`(first: 2, after: "${second.pageInfo.endCursor}")`);
    expect([first, second, third].map(({ nodes }) => nodes.map(({ id }) => id))).toEqual([
      ['5', '4'],
      ['3', '2'],
      ['1'],
    ]);
    expect([first, second, third].map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual([true, true, false]);
    expect([first, second].map(({ pageInfo }) => pageInfo.hasPreviousPage)).toEqual([false, true]);
    expect(first.edges.map(({ node }) => node)).toEqual(first.nodes);
    expect(first.edges[1]?.cursor).toBe(first.pageInfo.endCursor);
  });

  it('is empty if there are none', async () => {
    expect(await readPage('')).toEqual({
      nodes: [],
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  it.each([
    'first: 0',
    'first: 101',
    'first: -1',
    'after: "nonsense"',
    'after: ""',
    'after: "cmVzY29yZS1ydW46eA"',
  ])('rejects %s', async (args) => {
    expect(await api.codeOf(`{ recalculations(${args}) { nodes { id } } }`)).toBe('BAD_USER_INPUT');
  });

  it('returns null for a single recalculation that does not exist', async () => {
    for (const id of ['"999"', '999']) {
      expect(await api.ask(`{ recalculation(id: ${id}) { id } }`)).toEqual({ recalculation: null });
    }
  });
});

describe('recalculationProgress', () => {
  const LISTENING = `SELECT FROM pg_stat_activity WHERE datname = current_database()
    AND application_name LIKE '%recalculation events' AND query LIKE 'LISTEN%' AND state = 'idle'`;
  const SUBSCRIBE =
    'subscription { recalculationProgress { id status calculatedCount savedCount totalCount } }';
  const clients: Client[] = [];
  let url: string;

  function openSocket(): Client {
    const client = connectSocket(url);
    clients.push(client);
    return client;
  }

  async function cutListeningSession(): Promise<void> {
    const cut = await other.rows<{ pid: number }>(
      `SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE '%recalculation events'`,
    );
    // The session ends a moment after pg_terminate_backend returns.
    await until(
      async () =>
        (await other.rows('SELECT FROM pg_stat_activity WHERE pid = $1', [cut[0]?.pid])).length === 0,
    );
  }

  beforeAll(async () => {
    await replica.app.listen(0, '127.0.0.1');
    url = `${await replica.app.getUrl()}/graphql`;
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.dispose();
    await until(async () => (await keeper.rows(LISTENING)).length === 0);
  });

  it('reports the progress of a recalculation on another replica until it ends', async () => {
    await insertLeads(other, 30);
    const { answer, pause, run } = await startRecalculation();
    const client = openSocket();
    const progress = answersTo(
      client,
      SUBSCRIBE.replace('recalculationProgress', `recalculationProgress(id: "${run.id}")`),
    );
    const all: SocketAnswer[] = [];
    for await (const next of progress) {
      all.push(next);
      if (all.length === 1) await pause.open();
    }
    await answer;
    await client.dispose();
    expect(all.map(({ data }) => data?.recalculationProgress)).toEqual([
      { id: run.id, status: 'RUNNING', calculatedCount: 30, savedCount: 30, totalCount: 30 },
      { id: run.id, status: 'SUCCEEDED', calculatedCount: 30, savedCount: 30, totalCount: 30 },
    ]);
  });

  it('reports future recalculations if no id is given', async () => {
    await insertLeads(other, 3);
    const client = openSocket();
    const progress = answersTo(client, SUBSCRIBE);
    const first = progress.next();
    await untilListening();
    await api.ask(RECALCULATE);
    const statuses: unknown[] = [];
    for (let next = await first; next.done !== true; next = await progress.next()) {
      const { status } = next.value.data?.recalculationProgress as Run;
      statuses.push(status);
      if (status === 'SUCCEEDED') break;
    }
    await client.dispose();
    expect(statuses.at(0)).toBe('RUNNING');
    expect(statuses.at(-1)).toBe('SUCCEEDED');
  });

  it('reads a recalculation once for all its subscribers', async () => {
    await insertLeads(other, 3);
    openSocket();
    openSocket();
    const all = clients.flatMap((client) => Array.from({ length: 50 }, () => answersTo(client, SUBSCRIBE)));
    const firsts = all.map((progress) => progress.next());
    await untilListening();
    // The server responds to this after it has started all subscriptions.
    for (const client of clients) await answersTo(client, '{ recalculations { nodes { id } } }').next();
    const statements = await replica.recordStatements(async () => {
      await api.ask(RECALCULATE);
      await Promise.all(firsts);
    });
    expect(statements.filter(({ text }) => text === READ_RUN).length).toBeLessThan(20);
    for (const progress of all) void progress.return?.();
  });

  it('continues after its database connection was cut', async () => {
    const client = openSocket();
    const progress = answersTo(client, SUBSCRIBE);
    const first = progress.next();
    await untilListening();
    await cutListeningSession();
    await untilListening();
    await api.ask(RECALCULATE);
    expect((await first).value).toMatchObject({ data: { recalculationProgress: { id: '1' } } });
  });

  it('reports a recalculation that started and ended while its database connection was cut', async () => {
    const client = openSocket();
    const progress = answersTo(client, SUBSCRIBE);
    const first = progress.next();
    await untilListening();
    await network.cut();
    await until(async () => (await other.rows(LISTENING)).length === 0);
    await api.ask(RECALCULATE);
    expect(await other.rows(LISTENING)).toEqual([]);
    await network.mend();
    expect((await first).value).toMatchObject({
      data: { recalculationProgress: { id: '1', status: 'SUCCEEDED' } },
    });
  });

  it('stops listening when the last subscriber leaves, even if nothing changes', async () => {
    const client = openSocket();
    const answer = answersTo(client, SUBSCRIBE).next();
    await untilListening();
    await client.dispose();
    await answer;
    await until(async () => (await other.rows(LISTENING)).length === 0);
    // It listens again for the next subscriber.
    const next = openSocket();
    const first = answersTo(next, SUBSCRIBE).next();
    await untilListening();
    await api.ask(RECALCULATE);
    expect((await first).value).toMatchObject({ data: { recalculationProgress: { id: '1' } } });
  });

  it('ends if the process of the recalculation died', async () => {
    await lockHolder.rows('SELECT pg_advisory_lock($1, 1)', [ADVISORY_LOCKS.recalculationClass]);
    await other.rows(`
      INSERT INTO rescore_runs ("startedBy", "startedOn", "onlyStale", "asOf", "startedAt", "totalCount")
      VALUES ('api', 'a machine that will burn down', false, now(), now(), 7)`);
    const client = openSocket();
    const statuses: string[] = [];
    for await (const { data } of answersTo(
      client,
      SUBSCRIBE.replace('recalculationProgress', 'recalculationProgress(id: 1)'),
    )) {
      statuses.push((data?.recalculationProgress as Run).status);
      // An update first, so that the server has nothing left to publish when the process dies.
      if (statuses.length === 1) {
        await other.rows(`UPDATE rescore_runs SET "doneCount" = 1; SELECT pg_notify('rescore_runs', '1')`);
      }
      if (statuses.length === 2) await lockHolder.rows('SELECT pg_advisory_unlock_all()');
    }
    await client.dispose();
    expect(statuses).toEqual(['RUNNING', 'RUNNING', 'INTERRUPTED']);
  });

  it('returns an error with a code for an unknown recalculation, and ends', async () => {
    const client = openSocket();
    const answers: SocketAnswer[] = [];
    for await (const answer of answersTo(client, 'subscription { recalculationProgress(id: 999) { id } }')) {
      answers.push(answer);
    }
    await client.dispose();
    expect(answers).toMatchObject([{ errors: [{ extensions: { code: 'NOT_FOUND' } }] }]);
  });

  it('rejects an invalid document with a code', async () => {
    const client = openSocket();
    await expect(answersTo(client, 'subscription { nonsense }').next()).rejects.toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
  });

  it.each(['{ recalculations { nodes { id } } }', SUBSCRIBE])(
    'reveals no more of internal errors than HTTP does: %s',
    async (document) => {
      await other.rows('ALTER TABLE rescore_runs RENAME TO elsewhere');
      const client = openSocket();
      const { value } = (await answersTo(client, document).next()) as { value: SocketAnswer };
      await client.dispose();
      await other.rows('ALTER TABLE elsewhere RENAME TO rescore_runs');
      expect(value.errors).toMatchObject([
        { message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL_SERVER_ERROR' } },
      ]);
      expect(JSON.stringify(value)).not.toContain('rescore_runs');
    },
  );

  it('accepts pages of allowed origins only', async () => {
    const statusFor = async (origin: string) => {
      const client = connectSocket(url, origin);
      const answer = await answersTo(client, '{ recalculations { nodes { id } } }')
        .next()
        .then(
          ({ value }: { value: SocketAnswer }) => value.data,
          (error: { code?: number }) => error.code,
        );
      await client.dispose();
      return answer;
    };
    expect(await statusFor('http://localhost:5173')).toEqual({ recalculations: { nodes: [] } });
    expect(await statusFor('https://evil.example.com')).toBe(4403);
  });

  async function untilListening(): Promise<void> {
    await until(async () => (await other.rows(LISTENING)).length > 0);
  }
});

// Must be last: the models of Sequelize belong to the server that started last, and end with it.
describe('a server that is stopped', () => {
  it('rolls back its recalculation and records why', async () => {
    await insertLeads(other, 3);
    const stopped = await startApi({}, api.databaseUrl);
    const pause = await pauseBeforeCommit(lockHolder);
    const answer = stopped.send(RECALCULATE).catch(() => undefined);
    await untilWaiting(other);
    await stopped.close();
    await answer;
    await pause.open();
    expect(await latestRun()).toMatchObject({ status: 'CANCELLED', error: 'The server was stopped.' });
    expect((await readScores(other)).every(({ activityScore }) => activityScore === null)).toBe(true);
  });
});
