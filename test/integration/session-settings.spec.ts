import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sequelize } from 'sequelize';
import { DedicatedConnections } from '../../src/database/dedicated-connections.js';
import { migrateUp } from '../../src/database/migrator.js';
import { openSession } from '../../src/database/session.js';
import { inTransaction } from '../../src/database/transactions.js';
import { type Api, startApi } from '../support/api.js';
import { setOddDefaults } from '../support/odd-settings.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const REQUIRED = {
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  client_encoding: 'UTF8',
  standard_conforming_strings: 'on',
  bytea_output: 'hex',
  extra_float_digits: '1',
  array_nulls: 'on',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  transaction_timeout: '0',
  idle_session_timeout: '0',
};

const READ = `SELECT name, current_setting(name) AS setting FROM unnest($1::text[]) AS name`;

interface Row {
  readonly name: string;
  readonly setting: string;
}

interface Session {
  query(sql: string, values: unknown[]): Promise<{ rows: Row[] }>;
}

async function settingsOf(session: Session): Promise<unknown> {
  const { rows } = await session.query(READ, [Object.keys(REQUIRED)]);
  return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
}

const readThrough = (sequelize: Sequelize): Session => ({
  query: async (sql, bind) => ({ rows: (await sequelize.query(sql, { bind }))[0] as Row[] }),
});

/** Environment variables that the driver would read. */
const DRIVER_VARIABLES = {
  PGHOST: '/nowhere',
  PGPORT: '1',
  PGUSER: 'nobody',
  PGPASSWORD: 'wrong',
  PGDATABASE: 'nothing',
  PGOPTIONS: '-c search_path=nowhere',
  PGSSLMODE: 'require',
  PGSSLNEGOTIATION: 'direct',
  PGREPLICATION: 'database',
};

let database: TestDatabase;
let api: Api;

beforeAll(async () => {
  database = await createTestDatabase();
  await setOddDefaults(database.url);
  api = await startApi({ RATE_LIMIT_WRITES_PER_MINUTE: '1000' }, database.url);
}, 60_000);

afterAll(async () => {
  await api.close();
  await database.drop();
});

describe('a database with other defaults', () => {
  it('has the required settings in every kind of session', async () => {
    const connections = new DedicatedConnections(database.url);
    const dedicated = await connections.open('test');
    const pool = connections.pool('test', 1);
    expect(await settingsOf(dedicated)).toEqual(REQUIRED);
    expect(await settingsOf(pool)).toEqual(REQUIRED);
    expect(await settingsOf(readThrough(api.sequelize))).toEqual(REQUIRED);
    await Promise.all([dedicated.end(), pool.end()]);
  });

  it('is migrated and served like any other', async () => {
    await migrateUp({ url: database.url });
    const { createLead } = await api.ask<{ createLead: { id: string } }>(
      `mutation { createLead(createLeadInput: { firstName: "Zoë", lastName: "Ł", email: "zoe@example.com" }) { id createdAt } }`,
    );
    const change = `mutation { updateLead(updateLeadInput: { id: ${createLead.id}, budget: 12.5 }) { budget } }`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.send(change)));
    expect(answers).toEqual(answers.map(() => ({ data: { updateLead: { budget: 12.5 } } })));
  });

  it('has transactions with READ COMMITTED and without a lock timeout', async () => {
    const settings = await inTransaction(api.sequelize, async (transaction) => {
      const [rows] = await api.sequelize.query(
        `SELECT current_setting('transaction_isolation') AS isolation, current_setting('lock_timeout') AS lock`,
        { transaction },
      );
      return rows;
    });
    expect(settings).toEqual([{ isolation: 'read committed', lock: '0' }]);
  });
});

describe('environment variables of the driver', () => {
  it('have no effect: the URL decides', async () => {
    Object.assign(process.env, DRIVER_VARIABLES);
    try {
      const session = await openSession({ url: database.url, purpose: 'test', connectTimeoutMs: 5_000 });
      const { rows } = await session.query<object>(
        `SELECT current_database() AS database, current_setting('search_path') AS path, current_setting('application_name') AS name`,
      );
      await session.end();
      expect(rows).toEqual([
        {
          database: new URL(database.url).pathname.slice(1),
          path: '"$user", public',
          name: 'lead-scoring test',
        },
      ]);
    } finally {
      for (const name of Object.keys(DRIVER_VARIABLES)) Reflect.deleteProperty(process.env, name);
    }
  });
});
