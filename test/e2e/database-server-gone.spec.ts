import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withConnection } from '../support/connection.js';
import { createDatabaseServer, type DatabaseServer } from '../support/database-server.js';
import { insertInteraction, insertLead } from '../support/fixtures.js';
import { type ServerProgram, startServerProgram } from '../support/program.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { answersTo, connectSocket } from '../support/websocket.js';
import { until } from '../support/until.js';

const LEADS = '{ leads { id } }';
const UNAVAILABLE = { errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] };
const PING_TIMEOUT_MS = 500;

let directory: TemporaryDirectory;
let postgres: DatabaseServer;
let server: ServerProgram;
let leadId: number;

// Each test has its own PostgreSQL, so that one outage does not affect the next test.
beforeEach(async () => {
  directory = await temporaryDirectory();
  postgres = await createDatabaseServer();
  leadId = await withConnection(postgres.url, async (connection) => {
    const id = await insertLead(connection);
    await insertInteraction(connection, id);
    return id;
  });
  const env = {
    DATABASE_URL: postgres.url,
    RATE_LIMIT_BULK_PER_MINUTE: '0',
    DATABASE_PING_TIMEOUT_MS: String(PING_TIMEOUT_MS),
  };
  server = await startServerProgram({
    cwd: directory.path,
    env: { ...env, SUMMARY_PROVIDER: 'template', SHUTDOWN_TIMEOUT_MS: '500' },
  });
}, 60_000);
afterEach(async () => {
  await server.stop();
  await postgres.remove();
  await directory.remove();
}, 60_000);

async function timed<Result>(work: () => Promise<Result>): Promise<{ result: Result; ms: number }> {
  const begin = performance.now();
  const result = await work();
  return { result, ms: performance.now() - begin };
}

const statusOf = async (path: string) => (await fetch(server.url.replace('/graphql', path))).status;

/** Starts a batch. @returns its status after it has ended */
async function endOfBatch(): Promise<unknown> {
  const started = (await server.ask('mutation { regenerateSummaries(onlyStale: false) { id } }')) as {
    data: { regenerateSummaries: { id: string } };
  };
  const query = `{ summaryBatch(id: ${started.data.regenerateSummaries.id}) { status } }`;
  let batch: { status: string } | undefined;
  await until(async () => {
    const answer = (await server.ask(query)) as { data: { summaryBatch: { status: string } } };
    batch = answer.data.summaryBatch;
    return batch.status !== 'RUNNING';
  });
  return batch;
}

describe('a server whose PostgreSQL', () => {
  it.each<[string, () => Promise<void>, () => Promise<void>]>([
    ['is stopped', () => postgres.stop(), () => postgres.start()],
    ['is killed', () => postgres.kill(), () => postgres.start()],
    [
      'is frozen',
      () => postgres.freeze(),
      () => {
        postgres.thaw();
        return Promise.resolve();
      },
    ],
  ])('%s reports the outage soon, stays alive, and works again without a restart', async (_, fail, mend) => {
    const socket = connectSocket(server.url);
    const recalculations = answersTo(socket, 'subscription { recalculationProgress { status trigger } }');
    const received: unknown[] = [];
    void (async () => {
      for await (const { data } of recalculations) received.push(data);
    })().catch(() => undefined);
    // A ping that a busy machine answers late makes the server reject requests for a moment.
    const recalculate = () =>
      until(async () => {
        const answer = await server.ask('mutation { recalculateAllScores { count } }');
        return JSON.stringify(answer) === '{"data":{"recalculateAllScores":{"count":1}}}';
      });
    const hasSucceeded = () => JSON.stringify(received).includes('SUCCEEDED');
    // The subscription must be active before the failure.
    while (!hasSucceeded()) await recalculate();
    received.length = 0;
    await fail();

    // A ping is in progress or due within half a second; queries that wait meanwhile end with it.
    const first = await timed(() => server.ask(LEADS));
    expect(first.result).toMatchObject(UNAVAILABLE);
    expect(first.ms).toBeLessThan(PING_TIMEOUT_MS + 1_500);
    for (let time = 0; time < 3; time += 1) {
      const { result, ms } = await timed(() => server.ask(LEADS));
      expect(result).toMatchObject(UNAVAILABLE);
      expect(ms).toBeLessThan(1_000);
      const ready = await timed(() => statusOf('/health/ready'));
      expect(ready.ms).toBeLessThan(1_000);
      const live = await timed(() => statusOf('/health/live'));
      expect(live).toMatchObject({ result: 200 });
      expect(live.ms).toBeLessThan(1_000);
    }
    const unready = await timed(async () => {
      await until(async () => (await statusOf('/health/ready')) === 503);
    });
    expect(unready.ms).toBeLessThan(3_000);

    await mend();
    const begin = performance.now();
    await until(async () => (await statusOf('/health/ready')) === 200);
    expect(await server.ask(LEADS)).toEqual({ data: { leads: [{ id: String(leadId) }] } });
    const rename = `mutation { updateLead(updateLeadInput: { id: ${leadId}, firstName: "Again" }) { firstName } }`;
    expect(await server.ask(rename)).toEqual({ data: { updateLead: { firstName: 'Again' } } });
    await recalculate();
    await until(hasSucceeded);
    expect(await endOfBatch()).toEqual({ status: 'SUCCEEDED' });
    expect(performance.now() - begin).toBeLessThan(15_000);
    expect(server.process.exitCode).toBeNull();
    await socket.dispose();
  });

  it('is frozen stops without waiting for the database', async () => {
    await server.ask(LEADS);
    await postgres.freeze();
    const { result, ms } = await timed(() => server.stop());
    expect(result).toMatchObject({ code: 0 });
    expect(ms).toBeLessThan(10_000);
    postgres.thaw();
  });
});
