import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import request from 'supertest';
import { now } from '../../src/common/clock.js';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { insertInteraction, insertLead } from '../support/fixtures.js';
import {
  answer,
  API_KEY,
  draftText,
  type OpenRouterStandIn,
  startOpenRouterStandIn,
} from '../support/openrouter-stand-in.js';
import { type ServerProgram, startServerProgram } from '../support/program.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { answersTo, connectSocket } from '../support/websocket.js';
import { until } from '../support/until.js';

const BATCH = `id status trigger onlyStale includeClosed limit maxCostUsd costUsd totalCount writtenCount unchangedCount failedCount
  skippedCount createdAt endedAt pausedUntil error failures { leadId code reason }`;
const REGENERATE = `mutation ($onlyStale: Boolean! = true, $includeClosed: Boolean! = false, $limit: Int, $maxCostUsd: Float) {
  regenerateSummaries(onlyStale: $onlyStale, includeClosed: $includeClosed, limit: $limit, maxCostUsd: $maxCostUsd) { ${BATCH} } }`;
const CANCEL = `mutation ($id: ID!) { cancelSummaryBatch(id: $id) { ${BATCH} } }`;

interface Batch {
  readonly id: string;
  readonly status: string;
  readonly costUsd: number;
  readonly totalCount: number;
  readonly writtenCount: number;
  readonly unchangedCount: number;
  readonly failedCount: number;
  readonly skippedCount: number;
  readonly endedAt: string | null;
  readonly pausedUntil: string | null;
  readonly error: string | null;
  readonly failures: readonly { leadId: string; code: string; reason: string }[];
}

let server: OpenRouterStandIn;
let database: Connection;
let api: Api;
const environment = () => ({
  OPENROUTER_API_KEY: API_KEY,
  OPENROUTER_BASE_URL: server.baseUrl,
  OPENROUTER_ATTEMPT_TIMEOUT_MS: '3000',
  OPENROUTER_TOTAL_TIMEOUT_MS: '3000',
  SUMMARY_WORKERS: '4',
});

/** Inserts leads with one interaction each. @returns their ids */
async function insertLeadsWithInteraction(count: number): Promise<number[]> {
  const ids: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const id = await insertLead(database, { lastName: `Number${index}` });
    await insertInteraction(database, id, { notes: `Asked for offer ${index + 100}.` });
    await database.rows('UPDATE leads SET "activityScore" = $2 WHERE id = $1', [id, index % 100]);
    ids.push(id);
  }
  return ids;
}

/** A draft that is valid for each of these leads. */
const ADA = draftText({ headline: 'Ada: new lead', summary: 'Ada is a lead.', nextStep: 'Call Ada.' });

const start = async (variables: Record<string, unknown> = {}): Promise<Batch> =>
  (await api.ask<{ regenerateSummaries: Batch }>(REGENERATE, variables)).regenerateSummaries;

const read = async (id: string): Promise<Batch> =>
  (await api.ask<{ summaryBatch: Batch }>(`query ($id: ID!) { summaryBatch(id: $id) { ${BATCH} } }`, { id }))
    .summaryBatch;

async function untilOver({ id }: Batch): Promise<Batch> {
  await until(async () => (await read(id)).status !== 'RUNNING');
  return read(id);
}

const countJobs = async () =>
  (await database.rows<{ count: number }>('SELECT count(*)::int AS count FROM summary_queue.jobs'))[0]?.count;

/** The queue removes a job a moment after its lead is done. */
async function untilNoJobs(): Promise<void> {
  await until(async () => (await countJobs()) === 0);
}

/** Skips the backoff of the queue, which grows with each attempt. */
const skipBackoff = () =>
  database.rows('UPDATE summary_queue._private_jobs SET run_at = now() WHERE attempts > 0');

/** Causes an unexpected error for each summary. */
const rejectSummaries = () =>
  database.rows(`
    CREATE FUNCTION reject() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
    CREATE TRIGGER reject BEFORE INSERT ON lead_summaries FOR EACH ROW EXECUTE FUNCTION reject()`);

beforeEach(async () => {
  server = await startOpenRouterStandIn();
  api = await startApi(environment());
  database = await connect(api.databaseUrl);
});
afterEach(async () => {
  await database.close();
  await api.close();
  await server.close();
});

describe('regenerateSummaries', () => {
  it('returns the batch at once, and its summaries follow, with one request for each', async () => {
    const ids = await insertLeadsWithInteraction(30);
    const batch = await start();
    expect(batch).toMatchObject({
      status: 'RUNNING',
      trigger: 'API',
      onlyStale: true,
      includeClosed: false,
      limit: null,
      maxCostUsd: null,
      totalCount: 30,
      writtenCount: 0,
      endedAt: null,
      failures: [],
    });
    const over = await untilOver(batch);
    expect(over).toMatchObject({ status: 'SUCCEEDED', writtenCount: 30, failedCount: 0, skippedCount: 0 });
    expect(over.costUsd).toBeCloseTo(0.003, 10);
    expect(server.requests).toHaveLength(30);
    const summaries = await database.rows<{ id: number; summary: string }>(
      'SELECT id, summary FROM leads ORDER BY id',
    );
    expect(summaries.map(({ id }) => id)).toEqual(ids);
    for (const [index, { summary }] of summaries.entries()) expect(summary).toContain(`Number${index}`);
    await untilNoJobs();
  });

  it('selects the leads with the highest scores, up to the limit', async () => {
    await insertLeadsWithInteraction(10);
    await untilOver(await start({ limit: 3 }));
    const written = await database.rows<{ activityScore: number }>(
      'SELECT "activityScore" FROM leads WHERE summary IS NOT NULL ORDER BY 1',
    );
    expect(written.map(({ activityScore }) => activityScore)).toEqual([7, 8, 9]);
  });

  it('selects only open leads unless closed ones are requested', async () => {
    const [won, lost] = await insertLeadsWithInteraction(3);
    await database.rows(
      `UPDATE leads SET status = CASE id WHEN $1 THEN 'Closed Won' ELSE 'lost' END WHERE id IN ($1, $2)`,
      [won, lost],
    );
    expect(await untilOver(await start({ onlyStale: false }))).toMatchObject({
      totalCount: 1,
      writtenCount: 1,
    });
    expect(await untilOver(await start({ includeClosed: true }))).toMatchObject({
      totalCount: 2,
      writtenCount: 2,
    });
  });

  it('selects no lead a second time until a lead or an interaction changes', async () => {
    const [id, other] = await insertLeadsWithInteraction(3);
    await untilOver(await start());
    expect(await start()).toMatchObject({ status: 'SUCCEEDED', totalCount: 0 });
    await database.rows(`UPDATE interactions SET notes = 'Asked for offer 900.' WHERE "leadId" = $1`, [id]);
    await database.rows(`UPDATE leads SET company = 'Analytical Engines' WHERE id = $1`, [other]);
    expect(await untilOver(await start())).toMatchObject({ totalCount: 2, writtenCount: 2 });
    expect(server.requests).toHaveLength(5);
  });

  it('calls the model for unchanged facts if all leads are requested', async () => {
    await insertLeadsWithInteraction(2);
    await untilOver(await start());
    expect(await untilOver(await start({ onlyStale: false }))).toMatchObject({ writtenCount: 2 });
    expect(server.requests).toHaveLength(4);
  });

  it('lists failed leads with the reason, and does not select them the next time', async () => {
    const [id] = await insertLeadsWithInteraction(1);
    server.play({ body: answer('no JSON') }, { body: answer('no JSON') });
    const over = await untilOver(await start());
    expect(over).toMatchObject({ status: 'SUCCEEDED', writtenCount: 0, failedCount: 1 });
    expect(over.failures).toEqual([
      {
        leadId: String(id),
        code: 'SUMMARY_INVALID_OUTPUT',
        reason: 'The language model returned no valid summary; try again.',
      },
    ]);
    expect(over.costUsd).toBeCloseTo(0.0002, 10);
    expect(await start()).toMatchObject({ totalCount: 0 });
    expect(await untilOver(await start({ onlyStale: false }))).toMatchObject({ writtenCount: 1 });
  });

  it.each([
    [401, 'SUMMARY_PROVIDER_AUTH_FAILED'],
    [402, 'SUMMARY_PROVIDER_PAYMENT_REQUIRED'],
    [404, 'SUMMARY_PROVIDER_UNAVAILABLE'],
  ])('is aborted at the first status %i, which would affect every lead', async (status, code) => {
    await insertLeadsWithInteraction(40);
    server.play(...Array.from({ length: 40 }, () => ({ status, body: { error: { code: status } } })));
    const over = await untilOver(await start());
    expect(over.status).toBe('FAILED');
    expect(over.error).not.toBeNull();
    expect(over.failures[0]?.code).toBe(code);
    expect(server.requests.length).toBeLessThanOrEqual(4);
    await until(async () => {
      const { failedCount, skippedCount } = await read(over.id);
      return failedCount + skippedCount >= 40;
    });
    await untilNoJobs();
  });

  it('tries again if the provider is overloaded, but not before its Retry-After', async () => {
    await insertLeadsWithInteraction(3);
    const busy = { status: 429, headers: { 'retry-after': '4' }, body: { error: { code: 429 } } };
    server.play(busy, busy, busy);
    const over = await untilOver(await start());
    expect(over).toMatchObject({ status: 'SUCCEEDED', writtenCount: 3, failedCount: 0 });
    const [first, ...rest] = server.requests.map(({ arrivedAt }) => arrivedAt);
    expect(server.requests).toHaveLength(6);
    const later = rest.filter((arrivedAt) => arrivedAt - (first ?? 0) > 1000);
    expect(later).toHaveLength(3);
    for (const arrivedAt of later) expect(arrivedAt - (first ?? 0)).toBeGreaterThan(3_900);
  });

  it('stops before its costs exceed the budget', async () => {
    await insertLeadsWithInteraction(30);
    const over = await untilOver(await start({ maxCostUsd: 0.00105 }));
    expect(over).toMatchObject({
      status: 'BUDGET_EXHAUSTED',
      writtenCount: 10,
      skippedCount: 20,
      failedCount: 0,
    });
    expect(over.costUsd).toBeCloseTo(0.001, 10);
    expect(over.error).toContain('spent');
    expect(server.requests).toHaveLength(10);
    await untilNoJobs();
  });

  it('is aborted if it has a budget and the provider returns no cost', async () => {
    await insertLeadsWithInteraction(10);
    server.play(...Array.from({ length: 10 }, () => ({ body: { ...answer(ADA), usage: undefined } })));
    const over = await untilOver(await start({ maxCostUsd: 1 }));
    expect(over).toMatchObject({ status: 'FAILED', writtenCount: 1 });
    expect(server.requests).toHaveLength(1);
  });

  it('keeps summaries with invalid usage figures, and is aborted only if it has a budget', async () => {
    await insertLeadsWithInteraction(3);
    const { usage: good } = answer(ADA) as { usage: object };
    const odd = [
      { ...good, prompt_tokens: 100.5 },
      { ...good, completion_tokens: 3_000_000_000 },
      { ...good, cost: 1e308 },
    ];
    const play = () => {
      server.play(
        ...odd.map((usage) => ({ body: { ...answer(ADA), id: 'a\u0000', model: 'b\u0000', usage } })),
      );
    };
    play();
    expect(await untilOver(await start())).toMatchObject({
      status: 'SUCCEEDED',
      writtenCount: 3,
      costUsd: 0.0002,
    });
    expect(
      await database.rows(
        `SELECT "promptTokens", "completionTokens", "costUsd", model, "generationId" FROM summary_generations
         ORDER BY "promptTokens" NULLS FIRST, "completionTokens" NULLS FIRST`,
      ),
    ).toEqual([
      { promptTokens: null, completionTokens: 40, costUsd: 0.0001, model: null, generationId: 'gen-1' },
      { promptTokens: 100, completionTokens: null, costUsd: 0.0001, model: null, generationId: 'gen-1' },
      { promptTokens: 100, completionTokens: 40, costUsd: null, model: null, generationId: 'gen-1' },
    ]);
    await database.rows('UPDATE lead_summaries SET "inputHash" = \'old\', "mayBeStale" = true');
    odd.reverse();
    play();
    // Enough for one request at a time.
    const over = await untilOver(await start({ maxCostUsd: 0.0001 }));
    expect(over).toMatchObject({ status: 'FAILED', writtenCount: 1, skippedCount: 2 });
    expect(over.error).toContain('no usable cost');
    expect(server.requests).toHaveLength(4);
  });

  it('lists a lead whose summary has failed unexpectedly four times, and counts the costs', async () => {
    const [id] = await insertLeadsWithInteraction(1);
    await rejectSummaries();
    const batch = await start();
    await until(async () => {
      await skipBackoff();
      return (await read(batch.id)).status !== 'RUNNING';
    });
    const over = await read(batch.id);
    expect(over).toMatchObject({ status: 'SUCCEEDED', failedCount: 1, writtenCount: 0 });
    expect(over.failures).toMatchObject([
      {
        leadId: String(id),
        code: 'INTERNAL_SERVER_ERROR',
        reason: expect.stringContaining('4 times') as unknown,
      },
    ]);
    expect(over.costUsd).toBeCloseTo(0.0004, 10);
    expect(server.requests).toHaveLength(4);
    await untilNoJobs();
  });

  it('lists a lead whose process has died four times during its summary', async () => {
    await insertLeadsWithInteraction(1);
    server.play({ misbehave: 'hang' });
    const batch = await start();
    await until(() => server.requests.length > 0);
    await database.rows(`UPDATE summary_queue._private_jobs
      SET attempts = 4, locked_by = 'a process that died', locked_at = now() - interval '1 minute'`);
    expect((await untilOver(batch)).failures).toMatchObject([{ code: 'INTERNAL_SERVER_ERROR' }]);
    await untilNoJobs();
  });

  it('shows how long the provider is paused, and continues when it responds again', async () => {
    const [id, other] = await insertLeadsWithInteraction(2);
    server.play({ status: 429, headers: { 'retry-after': '86400' }, body: '' });
    const { id: batchId } = await start({ limit: 1 });
    const startedAt = now().getTime();
    await until(async () => (await read(batchId)).pausedUntil !== null);
    const batch = await read(batchId);
    const untilMs = Date.parse(batch.pausedUntil ?? '') - startedAt;
    expect(untilMs).toBeGreaterThan(290_000);
    expect(untilMs).toBeLessThan(310_000);
    const health = async () => (await request(api.app.getHttpServer()).get('/health')).body as object;
    const paused = (await health()) as { summariesPausedForSeconds: number };
    expect(paused).toMatchObject({ status: 'degraded', database: 'ok', summaries: 'degraded' });
    expect(paused.summariesPausedForSeconds).toBeGreaterThan(290);
    expect(paused.summariesPausedForSeconds).toBeLessThanOrEqual(300);
    expect(server.requests).toHaveLength(1);
    // The first has the lower score, so the batch is about the other.
    expect(other).toBeGreaterThan(id ?? 0);
    await api.ask(`mutation { regenerateSummary(id: ${id}) { id } }`);
    expect(await health()).toEqual({ status: 'ok', database: 'ok', summaries: 'ok' });
    expect(await untilOver(batch)).toMatchObject({ status: 'SUCCEEDED', writtenCount: 1, pausedUntil: null });
  });

  it.each([
    [{ limit: 0 }, 'BAD_USER_INPUT'],
    [{ limit: -1 }, 'BAD_USER_INPUT'],
    [{ maxCostUsd: 0 }, 'BAD_USER_INPUT'],
    [{ maxCostUsd: -1 }, 'BAD_USER_INPUT'],
  ])('rejects %j', async (variables, code) => {
    await insertLeadsWithInteraction(1);
    expect(await api.codeOf(REGENERATE, variables)).toBe(code);
    expect(await countJobs()).toBe(0);
  });
});

describe('cancelSummaryBatch', () => {
  it('starts no further summary, and saves those in progress', async () => {
    await insertLeadsWithInteraction(30);
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    server.onRequest(() => gate);
    const batch = await start();
    await until(() => server.requests.length >= 4);
    const { cancelSummaryBatch } = await api.ask<{ cancelSummaryBatch: Batch }>(CANCEL, { id: batch.id });
    expect(cancelSummaryBatch).toMatchObject({ status: 'CANCELLED', skippedCount: 26, writtenCount: 0 });
    release();
    await until(async () => (await read(batch.id)).writtenCount >= 4);
    expect(server.requests).toHaveLength(4);
    expect(await api.codeOf(CANCEL, { id: batch.id })).toBe('SUMMARY_BATCH_NOT_RUNNING');
  });

  it('returns NOT_FOUND if the batch does not exist', async () => {
    expect(await api.codeOf(CANCEL, { id: '77' })).toBe('NOT_FOUND');
    expect(await api.ask('{ summaryBatch(id: "77") { id } }')).toEqual({ summaryBatch: null });
  });
});

describe('summaryBatchProgress', () => {
  it('sends the batch whenever it progresses, and ends with it', async () => {
    await api.app.listen(0, '127.0.0.1');
    await insertLeadsWithInteraction(8);
    const batch = await start();
    const client = connectSocket(`${await api.app.getUrl()}/graphql`);
    const answers: Batch[] = [];
    const subscription = `subscription { summaryBatchProgress(id: "${batch.id}") { id status writtenCount costUsd } }`;
    for await (const { data } of answersTo(client, subscription)) {
      answers.push(data?.summaryBatchProgress as Batch);
    }
    const counts = answers.map(({ writtenCount }) => writtenCount);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(answers.at(-1)).toMatchObject({ id: batch.id, status: 'SUCCEEDED', writtenCount: 8 });
    const unknown = await answersTo(client, 'subscription { summaryBatchProgress(id: "9") { id } }').next();
    expect((unknown.value as { errors: object[] }).errors).toMatchObject([
      { extensions: { code: 'NOT_FOUND' } },
    ]);
    await client.dispose();
  });
});

describe('several replicas', () => {
  let directory: TemporaryDirectory;
  const servers: ServerProgram[] = [];

  beforeEach(async () => {
    directory = await temporaryDirectory();
  });
  afterEach(async () => {
    for (const { process, finished } of servers.splice(0)) {
      process.kill('SIGKILL');
      await finished;
    }
    await directory.remove();
  });

  async function startReplica(): Promise<ServerProgram> {
    const replica = await startServerProgram({
      cwd: directory.path,
      env: { ...environment(), DATABASE_URL: api.databaseUrl, SHUTDOWN_TIMEOUT_MS: '500' },
    });
    servers.push(replica);
    return replica;
  }

  /** The name of the lead in each request to the model. */
  const requestedLeads = () =>
    server.requests.map(({ body }) => /Ada Number\d+/.exec(body.messages[1]?.content ?? '')?.[0] ?? '');

  it('share a batch', async () => {
    const other = await startApi(environment(), api.databaseUrl);
    await insertLeadsWithInteraction(40);
    expect(await untilOver(await start())).toMatchObject({ status: 'SUCCEEDED', writtenCount: 40 });
    expect(server.requests).toHaveLength(40);
    await other.close();
  });

  it('take over the jobs of a killed process, and repeat only its open requests', async () => {
    await api.app.close();
    const ids = await insertLeadsWithInteraction(24);
    const victim = await startReplica();
    let answered = 0;
    // The first eight are answered; the next four hang while the process dies.
    server.onRequest(() =>
      ++answered > 8 && servers.length === 1 ? new Promise(() => undefined) : Promise.resolve(),
    );
    const { data } = (await victim.ask('mutation { regenerateSummaries { id } }')) as {
      data: { regenerateSummaries: { id: string } };
    };
    await until(() => server.requests.length >= 12);
    victim.process.kill('SIGKILL');
    await victim.finished;
    const inFlight = requestedLeads().slice(-4);

    const successor = await startReplica();
    const readBatch = async () =>
      (
        (await successor.ask(
          `{ summaryBatch(id: "${data.regenerateSummaries.id}") { status writtenCount unchangedCount costUsd } }`,
        )) as { data: { summaryBatch: Batch } }
      ).data.summaryBatch;
    await until(async () => (await readBatch()).status !== 'RUNNING');
    const batch = await readBatch();
    expect(batch).toMatchObject({ status: 'SUCCEEDED', writtenCount: 24, unchangedCount: 0 });
    expect(batch.costUsd).toBeCloseTo(0.0024, 10);
    const asked = requestedLeads();
    expect(new Set(asked).size).toBe(ids.length);
    expect(asked.toSorted()).toEqual([...new Set(asked), ...inFlight].toSorted());
  });

  it('continue after the database has closed every connection', async () => {
    await insertLeadsWithInteraction(40);
    const { id } = await start();
    const [first, second] = [server.requests.length + 10, server.requests.length + 20];
    for (const count of [first, second]) {
      while (server.requests.length < count) await setImmediate();
      await database.rows(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
    }
    const readStatus = async () =>
      (await database.rows<{ status: string }>('SELECT status FROM summary_batches WHERE id = $1', [id]))[0]
        ?.status;
    await until(async () => (await readStatus()) !== 'running');
    expect(await read(id)).toMatchObject({
      status: 'SUCCEEDED',
      totalCount: 40,
      failedCount: 0,
      skippedCount: 0,
    });
  });

  it('restart workers that could not report a result to the queue', async () => {
    await insertLeadsWithInteraction(12);
    let isHidden = false;
    server.onRequest(async () => {
      if (isHidden) return;
      isHidden = true;
      await database.rows('ALTER SCHEMA summary_queue RENAME TO hidden');
    });
    const { id } = await start();
    const countWritten = async () =>
      (await database.rows(`SELECT FROM summary_batch_items WHERE status = 'written'`)).length;
    // Summaries in progress are written even while the queue is missing.
    await until(async () => (await countWritten()) > 0);
    await database.rows('SELECT pg_sleep(0.5)');
    await database.rows('ALTER SCHEMA hidden RENAME TO summary_queue');
    expect(await untilOver({ id } as Batch)).toMatchObject({ status: 'SUCCEEDED', writtenCount: 12 });
    expect(server.requests).toHaveLength(12);
  });

  it('continue the jobs of a process that was stopped', async () => {
    await api.app.close();
    await insertLeadsWithInteraction(12);
    const first = await startReplica();
    server.onRequest(() => (servers.length === 1 ? new Promise(() => undefined) : Promise.resolve()));
    await first.ask('mutation { regenerateSummaries { id } }');
    await until(() => server.requests.length >= 4);
    expect((await first.stop()).code).toBe(0);
    const successor = await startReplica();
    const batch = async () =>
      (
        (await successor.ask('{ summaryBatch(id: "1") { status writtenCount failedCount } }')) as {
          data: { summaryBatch: Batch };
        }
      ).data.summaryBatch;
    await until(async () => (await batch()).status !== 'RUNNING');
    expect(await batch()).toEqual({ status: 'SUCCEEDED', writtenCount: 12, failedCount: 0 });
  });
});

describe('SUMMARY_REFRESH_DELAY_SECONDS', () => {
  const ADD_INTERACTION = `mutation ($leadId: Int!, $notes: String!) { createInteraction(createInteractionInput: {
    leadId: $leadId, type: CALL, date: "2026-01-01", notes: $notes }) { id } }`;
  let eager: Api;
  let leadId: number;
  beforeEach(async () => {
    eager = await startApi({ ...environment(), SUMMARY_REFRESH_DELAY_SECONDS: '600' }, api.databaseUrl);
    const { createLead } = await eager.ask<{ createLead: { id: string } }>(
      'mutation { createLead(createLeadInput: { firstName: "Ada", lastName: "King", email: "a@example.com", company: "Looms" }) { id } }',
    );
    leadId = Number(createLead.id);
  });
  afterEach(() => eager.close());

  const readSummary = async () =>
    (await database.rows<{ summary: string | null }>('SELECT summary FROM leads WHERE id = $1', [leadId]))[0]
      ?.summary;

  /** The jobs wait ten minutes, so that no change of a test can be late. */
  async function untilDueJobsAreDone(): Promise<void> {
    const due = await database.rows(
      `UPDATE summary_queue._private_jobs SET run_at = now()
       WHERE run_at BETWEEN now() + interval '8 minutes' AND now() + interval '10 minutes' RETURNING id`,
    );
    expect(due).toHaveLength(1);
    await untilNoJobs();
  }

  it('causes one summary after many changes in a row', async () => {
    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        eager.ask(ADD_INTERACTION, { leadId, notes: `Note ${index}` }),
      ),
    );
    await eager.ask(`mutation { updateLead(updateLeadInput: { id: ${leadId}, company: "Mills" }) { id } }`);
    expect(await countJobs()).toBe(1);
    await untilDueJobsAreDone();
    expect(await readSummary()).toContain('Ada King of Mills');
    expect(server.requests).toHaveLength(1);
  });

  it('causes no request if the changed data is not sent to the model', async () => {
    await untilDueJobsAreDone();
    await eager.ask(
      `mutation { updateLead(updateLeadInput: { id: ${leadId}, phone: "+1 202 555 0101" }) { id } }`,
    );
    expect(await countJobs()).toBe(1);
    await untilDueJobsAreDone();
    expect(server.requests).toHaveLength(1);
  });

  it('leaves no job behind if its summary fails unexpectedly each time', async () => {
    await untilDueJobsAreDone();
    await rejectSummaries();
    await eager.ask(ADD_INTERACTION, { leadId, notes: 'x' });
    await database.rows('UPDATE summary_queue._private_jobs SET run_at = now()');
    await until(async () => {
      await skipBackoff();
      return (await countJobs()) === 0;
    });
    expect(server.requests).toHaveLength(5);
  });

  it('queues no job if the change is rejected', async () => {
    await untilDueJobsAreDone();
    expect(await eager.codeOf(ADD_INTERACTION, { leadId: 77, notes: 'x' })).toBe('NOT_FOUND');
    expect(await countJobs()).toBe(0);
  });

  it('is off by default', async () => {
    await untilDueJobsAreDone();
    await api.ask(ADD_INTERACTION, { leadId, notes: 'x' });
    expect(await countJobs()).toBe(0);
  });
});
