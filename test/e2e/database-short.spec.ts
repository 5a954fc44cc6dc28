import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import request from 'supertest';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { createDatabaseServer, type DatabaseServer } from '../support/database-server.js';
import { insertInteraction, insertLead } from '../support/fixtures.js';
import { until } from '../support/until.js';

const LEADS = '{ leadsConnection(first: 1) { nodes { id } } }';
const CREATE = `mutation { createLead(createLeadInput: { firstName: "A", lastName: "B", email: "new@example.com" }) { id } }`;
const MAX_CONNECTIONS = 20;

let postgres: DatabaseServer;
let api: Api;
let admin: Connection;

beforeAll(async () => {
  // Silences Sequelize's warnings about connections that it drops.
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  postgres = await createDatabaseServer([
    `max_connections=${MAX_CONNECTIONS}`,
    'superuser_reserved_connections=0',
    'reserved_connections=0',
    'autovacuum=off',
  ]);
  api = await startApi(
    { DATABASE_POOL_SIZE: '4', DATABASE_ACQUIRE_TIMEOUT_MS: '300', RATE_LIMIT_PER_MINUTE: '1000' },
    postgres.url,
  );
  admin = await connect(postgres.url);
});
afterAll(async () => {
  await admin.close();
  await api.close();
  await postgres.remove();
});

const cutPool = () =>
  admin.rows(
    `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'lead-scoring api'`,
  );

const setReadOnly = async (isReadOnly: boolean) => {
  await admin.rows(`ALTER DATABASE crm SET default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`);
  await cutPool();
};

/** Takes every connection that PostgreSQL has left. */
async function takeConnections(): Promise<Connection[]> {
  const taken: Connection[] = [];
  for (;;) {
    try {
      taken.push(await connect(postgres.url));
    } catch {
      return taken;
    }
  }
}

async function takePool(): Promise<() => void> {
  const { connectionManager } = api.sequelize;
  const taken = await Promise.all(
    Array.from({ length: 4 }, () => connectionManager.getConnection({ type: 'read' })),
  );
  return () => {
    for (const connection of taken) connectionManager.releaseConnection(connection);
  };
}

/** For each shortage a request that it affects, and a function that causes it and returns one that ends it. */
const SHORTAGES: Record<string, [string, () => Promise<() => unknown>]> = {
  'accepts no writes (25006)': [
    CREATE,
    async () => {
      await setReadOnly(true);
      // The next statements of the test have to write.
      return async () => {
        await admin.rows('SET default_transaction_read_only = off');
        await setReadOnly(false);
      };
    },
  ],
  'reports a full disk (53100)': [
    CREATE,
    async () => {
      await admin.rows(`
        CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
        CREATE TRIGGER fill BEFORE INSERT ON leads FOR EACH ROW EXECUTE FUNCTION fill()`);
      return () => admin.rows('DROP TRIGGER fill ON leads');
    },
  ],
  'has no connection left (53300)': [
    LEADS,
    async () => {
      await cutPool();
      const taken = await takeConnections();
      return () => Promise.all(taken.map((connection) => connection.close()));
    },
  ],
  'has all connections of the pool in use': [LEADS, takePool],
};

describe('a server whose database', () => {
  it.each(Object.entries(SHORTAGES))(
    '%s returns SERVICE_UNAVAILABLE, and recovers',
    async (_, [query, begin]) => {
      const end = await begin();
      expect(await api.codeOf(query)).toBe('SERVICE_UNAVAILABLE');
      await end();
      await until(async () => (await api.codeOf(LEADS)) === undefined);
      expect(await api.codeOf(CREATE)).toBeUndefined();
      await admin.rows('DELETE FROM leads');
    },
  );
});

const get = async (path: string) =>
  (await request(api.app.getHttpServer()).get(path)) as { status: number; text: string };
const isWritable = async () =>
  /^lead_scoring_database_writable (\d)$/m.exec((await get('/metrics')).text)?.[1];

/** Every query of the schema. @param id of a lead */
const READS = (id: number) => [
  LEADS,
  '{ leads { id interactions { id } } }',
  `{ lead(id: ${id}) { id isScoreStale summaryDetail { isStale } scoreBreakdown { __typename } } }`,
  '{ leadStats { totalCount byStatus { status count } } }',
  '{ interactions { id } }',
  '{ interaction(id: 1) { id } }',
  `{ interactionsByLead(leadId: ${id}) { id } }`,
  `{ lead(id: ${id}) { interactionsConnection { totalCount } interactions { id } } }`,
  '{ recalculation(id: 1) { id } }',
  '{ recalculations { nodes { id } } }',
  '{ summaryBatch(id: 1) { id } }',
];
/** Every mutation that writes. */
const WRITES = (id: number, interactionId: number | string) => [
  CREATE,
  `mutation { updateLead(updateLeadInput: { id: ${id}, company: "New" }) { id } }`,
  `mutation { removeLead(id: ${id}) }`,
  `mutation { createInteraction(createInteractionInput: { type: CALL, date: "2026-01-01", leadId: ${id} }) { id } }`,
  `mutation { updateInteraction(updateInteractionInput: { id: ${interactionId}, notes: "New" }) { id } }`,
  `mutation { removeInteraction(id: ${interactionId}) }`,
  `mutation { regenerateSummary(id: ${id}) { id } }`,
  'mutation { recalculateAllScores { count } }',
  'mutation { regenerateSummaries { id } }',
  'mutation { cancelSummaryBatch(id: 1) { id } }',
];

describe('a server whose database does not accept writes', () => {
  it('answers every query, rejects every mutation with one code, and reports it in health and metrics', async () => {
    const id = await insertLead(admin, { email: 'kept@example.com' });
    const interactionId = await insertInteraction(admin, id);
    await setReadOnly(true);
    for (const query of READS(id))
      expect([query, await api.send(query)]).toMatchObject([query, { data: {} }]);
    for (const query of WRITES(id, interactionId)) {
      const { errors } = await api.send(query);
      expect([query, errors]).toMatchObject([query, [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]]);
      expect(errors?.[0]?.message).toMatch(/does not accept writes/);
    }
    const ready = await get('/health/ready');
    expect([ready.status, JSON.parse(ready.text)]).toMatchObject([
      200,
      { status: 'degraded', checks: { database: 'ok', writes: 'degraded' } },
    ]);
    expect((await get('/health')).status).toBe(200);
    expect(await isWritable()).toBe('0');
    await admin.rows('SET default_transaction_read_only = off');
    await setReadOnly(false);
    await until(async () => (await isWritable()) === '1');
    expect(await api.codeOf(CREATE)).toBeUndefined();
  });

  it('answers queries even if only the table of rate limits is on a full disk', async () => {
    await admin.rows('TRUNCATE rate_limits');
    await admin.rows('CREATE TRIGGER fill BEFORE INSERT ON rate_limits FOR EACH ROW EXECUTE FUNCTION fill()');
    // More than one lease, so that the server writes to the table.
    for (let sent = 0; sent < 25; sent += 1) expect(await api.codeOf('{ __typename }')).toBeUndefined();
    expect(await isWritable()).toBe('0');
    await admin.rows('DROP TRIGGER fill ON rate_limits');
  });
});
