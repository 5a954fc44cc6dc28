import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { createDatabaseServer, type DatabaseServer } from '../support/database-server.js';

const LEADS = '{ leadsConnection(first: 1) { nodes { id } } }';
const CREATE = `mutation { createLead(createLeadInput: { firstName: "A", lastName: "B", email: "new@example.com" }) { id } }`;
const MAX_CONNECTIONS = 20;

let postgres: DatabaseServer;
let api: Api;
let admin: Connection;

beforeAll(async () => {
  // Sequelize warns of the connections that it gives up.
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  postgres = await createDatabaseServer([
    `max_connections=${MAX_CONNECTIONS}`,
    'superuser_reserved_connections=0',
    'reserved_connections=0',
    'autovacuum=off',
  ]);
  api = await startApi({ DATABASE_POOL_SIZE: '4', DATABASE_ACQUIRE_TIMEOUT_MS: '300' }, postgres.url);
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

/** Whatever PostgreSQL has left. */
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

/** What is wrong, the request that meets it, and what makes it wrong. @returns what puts it right */
const SHORTAGES: Record<string, [string, () => Promise<() => unknown>]> = {
  'takes no writes (25006)': [
    CREATE,
    async () => {
      await setReadOnly(true);
      // What the test itself does next has to be written.
      return async () => {
        await admin.rows('SET default_transaction_read_only = off');
        await setReadOnly(false);
      };
    },
  ],
  'says that its disk is full (53100)': [
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
  'has all connections of the pool at work': [LEADS, takePool],
};

describe('a server whose database', () => {
  it.each(Object.entries(SHORTAGES))('%s', async (_, [query, begin]) => {
    const end = await begin();
    expect(await api.codeOf(query)).toBe('SERVICE_UNAVAILABLE');
    await end();
    while ((await api.codeOf(LEADS)) !== undefined);
    expect(await api.codeOf(CREATE)).toBeUndefined();
    await admin.rows('DELETE FROM leads');
  });
});
