import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEVELOPER } from '../../src/access/request-access.js';
import { withRequest } from '../../src/common/request-context.js';
import type { EmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { readRows } from '../../src/database/read-rows.js';
import { ReadReplicas } from '../../src/database/replicas/read-replicas.js';
import { type Api, startApi } from '../support/api.js';
import { type Connection, connect, withConnection } from '../support/connection.js';
import { insertLead, insertLeads } from '../support/fixtures.js';
import { startPreparedPostgres } from '../support/prepared-postgres.js';
import { type ServerProgram, startServerProgram } from '../support/program.js';
import { StreamingReplica } from '../support/streaming-replica.js';
import { startTransactionPooler } from '../support/transaction-pooler.js';
import { answersTo, connectSocket } from '../support/websocket.js';
import { until } from '../support/until.js';

/** Longer than any test takes, so that no test depends on its speed. */
const MAX_LAG_MS = 60_000;
const SHORT_LAG_MS = 500;

const COMPANY = 'query ($id: Int!) { lead(id: $id) { id company } }';

let directory: string;
let primary: EmbeddedPostgres;
let replica: StreamingReplica;
let sql: Connection;
let api: Api;
/** Another process of the server. */
let other: ServerProgram;
let leadId: number;

const errorOf = (replicas: ReadReplicas): unknown => replicas.status()[0]?.problem;
const replicasOf = (server: Api): ReadReplicas => server.app.get(ReadReplicas, { strict: false });

const send = (server: Api | ServerProgram, document: string): Promise<unknown> =>
  server === other ? other.ask(document) : api.send(document);

const companyIn = async (server: Api | ServerProgram, id = leadId): Promise<unknown> => {
  const answer = await send(server, `{ lead(id: ${id}) { id company } }`);
  return (answer as { data: { lead: { company: string | null } } }).data.lead.company;
};

const rename = (server: Api | ServerProgram, company: string, id = leadId): Promise<unknown> =>
  send(
    server,
    `mutation { updateLead(updateLeadInput: { id: ${id}, company: "${company}" }) { id company } }`,
  );

/** Writes past the application, so that no caller counts as the writer. */
const renameBySql = (company: string) =>
  sql.rows('UPDATE leads SET company = $1 WHERE id = $2', [company, leadId]);

/** Reads like a query of this caller. @returns the company of the lead, and the port of the server that answered */
async function readAs(key: string): Promise<{ company: string; port: number } | undefined> {
  const request = { id: key, caller: { key, role: null }, reads: 'replica' as const };
  const rows = await withRequest(request, () =>
    readRows<{ company: string; port: number }>(api.sequelize, {
      sql: 'SELECT company, inet_server_port() AS port FROM leads WHERE id = $1',
      bind: [leadId],
    }),
  );
  return rows[0];
}

const portOf = (url: string): number => Number(new URL(url).port);

/** Waits until both servers have the same lead, and the application reads from the replica for every caller. */
async function untilInSync(): Promise<void> {
  for (const caller of [DEVELOPER.key, 'a reader']) {
    await until(async () => (await readAs(caller))?.port === portOf(replica.url));
  }
  const [{ company } = { company: null }] = await sql.rows<{ company: string }>(
    'SELECT company FROM leads WHERE id = $1',
    [leadId],
  );
  await until(async () => (await readAs('a reader'))?.company === company);
}

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'lead-scoring-replica-'));
  await chmod(directory, 0o711);
  const primaryDirectory = path.join(directory, 'primary');
  primary = await startPreparedPostgres({
    directory: primaryDirectory,
    database: 'application',
    isThrowAway: true,
  });
  sql = await connect(primary.url);
  leadId = await insertLead(sql);
  replica = await StreamingReplica.start(path.join(directory, 'replica'), {
    directory: primaryDirectory,
    url: primary.url,
  });
  const environment = {
    DATABASE_REPLICA_URLS: replica.url,
    DATABASE_REPLICA_MAX_LAG_MS: String(MAX_LAG_MS),
  };
  api = await startApi(environment, primary.url);
  other = await startServerProgram({
    cwd: directory,
    env: { ...environment, DATABASE_URL: primary.url, SUMMARY_PROVIDER: 'off' },
  });
}, 60_000);

afterAll(async () => {
  await Promise.all([api.close(), other.stop()]);
  await sql.close();
  await replica.stop();
  await primary.release();
  await rm(directory, { recursive: true, force: true });
}, 60_000);

/** If a test fails while the replica is paused, the next ones would wait for it. */
afterEach(() => replica.resume().catch(() => undefined));

describe('reading from a replica', () => {
  it('serves queries, except for a caller whose writes the replica does not have yet', async () => {
    await rename(api, 'Before');
    await untilInSync();
    await replica.pause();

    await renameBySql('Unseen');
    expect(await companyIn(api)).toBe('Before');
    await until(async () => (await companyIn(other)) === 'Before');

    await rename(api, 'After');
    expect(await companyIn(api)).toBe('After');
    expect(await companyIn(other)).toBe('After');
    // Another caller has not written.
    expect(await readAs('somebody else')).toEqual({ company: 'Before', port: portOf(replica.url) });

    await replica.resume();
    await until(async () => (await readAs(DEVELOPER.key))?.port === portOf(replica.url));
    expect(await companyIn(api)).toBe('After');
  });

  it('excludes mutations, which read from the primary', async () => {
    await untilInSync();
    await replica.pause();
    const answer = await rename(api, 'Within');
    expect(answer).toEqual({ data: { updateLead: { id: String(leadId), company: 'Within' } } });
  });

  it('skips a replica that is too far behind, until it catches up', async () => {
    await renameBySql('Old');
    await untilInSync();
    const hasty = new ReadReplicas({
      primaryUrl: primary.url,
      replicaUrls: [replica.url],
      maxLagMs: SHORT_LAG_MS,
      poolSize: 1,
    });
    try {
      await hasty.start();
      await until(async () => (await hasty.pickFor('a reader')) !== null);
      await replica.pause();
      await renameBySql('New');
      await until(() => errorOf(hasty) === 'behind');
      expect(await hasty.pickFor('a reader')).toBeNull();
      await replica.resume();
      await until(async () => (await hasty.pickFor('a reader')) !== null);
    } finally {
      await hasty.onApplicationShutdown();
    }
  });

  it('shows every caller its own writes, in every server process', async () => {
    await untilInSync();
    const ids = await insertLeads(sql, 4);
    let fromReplica = 0;
    const write = async (id: number, caller: string) => {
      for (let turn = 0; turn < 40; turn += 1) {
        const [writer, reader] = turn % 2 === 0 ? [api, other] : [other, api];
        const company = `${caller} ${turn}`;
        await rename(writer, company, id);
        expect(await companyIn(reader, id)).toBe(company);
        if ((await readAs('a reader'))?.port === portOf(replica.url)) fromReplica += 1;
      }
    };
    await Promise.all(ids.map((id, index) => write(id, `Caller ${index}`)));
    expect(fromReplica).toBeGreaterThan(0);
  });

  it('causes no error when the replica is killed, and resumes when it is back', async () => {
    await untilInSync();
    let isOver = false;
    const answers: unknown[] = [];
    const read = async () => {
      while (!isOver) answers.push(await api.send(COMPANY, { id: leadId }));
    };
    const readers = Array.from({ length: 8 }, read);
    await until(() => answers.length > 100);
    await replica.kill();
    await until(() => errorOf(replicasOf(api)) === 'unreachable');
    const count = answers.length;
    await until(() => answers.length > count + 100);
    isOver = true;
    await Promise.all(readers);
    expect(answers.filter((answer) => JSON.stringify(answer).includes('errors'))).toEqual([]);

    await replica.begin();
    await untilInSync();
  });

  it('falls back to the primary if the record of writers is lost', async () => {
    await untilInSync();
    // A crash of the primary empties unlogged tables.
    await sql.rows('TRUNCATE caller_writes');
    await replica.pause();
    await renameBySql('After the crash');
    expect(await readAs('a reader')).toEqual({ company: 'After the crash', port: portOf(primary.url) });
    // Replicas that have caught up with this point may be read again.
    await replica.resume();
    await untilInSync();
  });

  it('excludes another database of the same server, even if a connection leads there later', async () => {
    const proxy = await startTransactionPooler(replica.url);
    const misled = new ReadReplicas({
      primaryUrl: primary.url,
      replicaUrls: [proxy.url],
      maxLagMs: MAX_LAG_MS,
      poolSize: 1,
    });
    try {
      await misled.start();
      await until(async () => (await misled.pickFor('a reader')) !== null);
      const picked = await misled.pickFor('a reader');
      const elsewhere = new URL(replica.url);
      elsewhere.pathname = '/postgres';
      await proxy.redirect(elsewhere.href);
      await expect(picked?.acquire()).rejects.toThrow('The connection leads elsewhere');
      await until(() => errorOf(misled) === 'another database or schema than that of the primary');
      expect(await misled.pickFor('a reader')).toBeNull();
    } finally {
      await misled.onApplicationShutdown();
      await proxy.close();
    }
  });

  it('shows recalculations as running, although a replica does not see their locks', async () => {
    await untilInSync();
    await sql.rows(`INSERT INTO rescore_runs (id, "startedBy", "startedOn", "onlyStale", "asOf", "startedAt", "totalCount")
      OVERRIDING SYSTEM VALUE VALUES (99, 'api', 'here', false, now(), now(), 1)`);
    await withConnection(primary.url, async (lockHolder) => {
      await lockHolder.rows('BEGIN');
      await lockHolder.rows('SELECT pg_advisory_xact_lock(7316003, 99)');
      await untilInSync();
      const { recalculation } = await api.ask<{ recalculation: { status: string } }>(
        '{ recalculation(id: 99) { status } }',
      );
      expect(recalculation.status).toBe('RUNNING');
    });
  });

  it('works on a standby, which accepts mutations once promoted; other servers then skip it', async () => {
    await untilInSync();
    const standby = await startServerProgram({
      cwd: directory,
      env: { DATABASE_URL: replica.url, DATABASE_REPLICA_URLS: replica.url, SUMMARY_PROVIDER: 'off' },
    });
    const mutation = `mutation { updateLead(updateLeadInput: { id: ${leadId}, company: "Promoted" }) { company } }`;
    expect(await standby.ask(`{ lead(id: ${leadId}) { company } }`)).toMatchObject({ data: { lead: {} } });
    expect(await standby.ask(mutation)).toMatchObject({
      errors: [
        {
          message: expect.stringMatching(/does not accept writes/) as unknown,
          extensions: { code: 'SERVICE_UNAVAILABLE' },
        },
      ],
    });
    const client = connectSocket(standby.url);
    const progress = answersTo(client, 'subscription { recalculationProgress { status } }');
    let firstProgress: unknown = null;
    void progress.next().then((result) => (firstProgress = result));

    await replica.promote();
    expect(await standby.ask(mutation)).toEqual({ data: { updateLead: { company: 'Promoted' } } });
    // A subscription receives no recalculation that ended before it started, and the client cannot know when it started.
    await until(async () => {
      expect(await standby.ask('mutation { recalculateAllScores { count } }')).toMatchObject({ data: {} });
      return firstProgress !== null;
    });
    expect(firstProgress).toMatchObject({ value: { data: { recalculationProgress: {} } } });
    await client.dispose();
    await standby.stop();
    await until(() => errorOf(replicasOf(api)) === 'no replica of the primary');
    await withConnection(replica.url, (astray) => astray.rows(`UPDATE leads SET company = 'Astray'`));
    expect((await readAs('a reader'))?.port).toBe(portOf(primary.url));
  });
});
