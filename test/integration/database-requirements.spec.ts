import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  APPLICATION_FUNCTIONS,
  APPLICATION_TABLES,
  REQUIRED_EXTENSIONS,
} from '../../src/database/database-privileges.js';
import { QUEUE_IS_USABLE } from '../../src/database/job-queue.js';
import { migrateUp, migrationStatus } from '../../src/database/migrator.js';
import { ensureMigrated } from '../../src/database/open-database.js';
import { connect, type Connection, withConnection } from '../support/connection.js';
import { LEGACY_SCHEMA } from '../support/legacy-database.js';
import {
  createDatabase,
  createEmptyDatabase,
  createTestDatabase,
  type TestDatabase,
} from '../support/test-database.js';

let databases: TestDatabase[];
let connections: Connection[];
let roles: string[];

beforeEach(() => {
  databases = [];
  connections = [];
  roles = [];
});

afterEach(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await Promise.all(databases.map((database) => database.drop()));
  const admin = await connect(process.env.TEST_POSTGRES_URL ?? '');
  for (const role of roles) await admin.rows(`DROP ROLE ${role}`);
  await admin.close();
});

async function open(creating: Promise<TestDatabase>): Promise<{ url: string; admin: Connection }> {
  const database = await creating;
  databases.push(database);
  const admin = await connect(database.url);
  connections.push(admin);
  return { url: database.url, admin };
}

/** Returns the URL of the same database for a new role without privileges. */
async function asNewRole({
  url,
  admin,
}: {
  url: string;
  admin: Connection;
}): Promise<{ url: string; role: string }> {
  const role = `role_${randomBytes(6).toString('hex')}`;
  roles.push(role);
  await admin.rows(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
  const changed = new URL(url);
  changed.username = role;
  changed.password = 'secret';
  return { url: changed.href, role };
}

const inSchema = (url: string, schema: string) => `${url}?options=-c%20search_path%3D${schema}`;

const warnings: string[] = [];
const start = (url: string) =>
  ensureMigrated({ url, isEmbedded: false, release: () => Promise.resolve() }, (warning) => {
    warnings.push(warning);
  });

async function messageOf(action: Promise<unknown>): Promise<string> {
  const error: unknown = await action.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error === null) return '';
  expect(error).toMatchObject({ name: 'OperatorError' });
  return (error as Error).message;
}

const grantsIn = (message: string): string[] => message.match(/(GRANT|CREATE EXTENSION) .*?;/g) ?? [];

describe('the privilege check', () => {
  it('covers every table, function and extension that the migrations create', async () => {
    const { admin } = await open(createTestDatabase());
    const names = async (sql: string) => (await admin.rows<{ name: string }>(sql)).map(({ name }) => name);
    expect(
      await names(`SELECT relname::text AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') AND relname <> 'SequelizeMeta' ORDER BY 1`),
    ).toEqual(APPLICATION_TABLES);
    expect(
      await names(`SELECT DISTINCT proname::text AS name FROM pg_proc AS p
        WHERE pronamespace = 'public'::regnamespace AND prorettype <> 'trigger'::regtype
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e') ORDER BY 1`),
    ).toEqual(APPLICATION_FUNCTIONS);
    expect(
      await names(`SELECT extname::text AS name FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1`),
    ).toEqual(REQUIRED_EXTENSIONS);
  });

  it('lists sufficient statements for the privileges that a server lacks', async () => {
    const database = await open(createTestDatabase());
    const { url, role } = await asNewRole(database);
    await database.admin.rows(`REVOKE ALL ON DATABASE ${new URL(url).pathname.slice(1)} FROM public;
      GRANT CONNECT ON DATABASE ${new URL(url).pathname.slice(1)} TO ${role};
      REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public, summary_queue FROM public`);
    const message = await messageOf(start(url));
    expect(message).toContain(`The role ${role} lacks privileges in the database`);
    for (const statement of grantsIn(message)) await database.admin.rows(statement);
    await start(url);

    await withConnection(url, async (connection) => {
      await connection.rows(`
        INSERT INTO leads ("firstName", "lastName", email, "createdAt", "updatedAt")
          VALUES ('Ada', 'Byron', 'ada@example.com', now(), now());
        INSERT INTO interactions (type, date, "leadId", "createdAt") SELECT 'call', now(), id, now() FROM leads;
        UPDATE leads SET "activityScore" = 3;
        CREATE TEMP TABLE scores AS SELECT * FROM lead_scores;
        SELECT take_rate_points(ARRAY['a'], ARRAY[1], ARRAY[2], false);
        SELECT summary_queue.add_job('write', '{}'::json)`);
      expect(await connection.rows('SELECT FROM summary_queue.jobs')).toHaveLength(1);
    });
  });

  it('is satisfied by the default privileges in docs/operations.md, as soon as migrations have added a table', async () => {
    const database = await open(createEmptyDatabase());
    const owner = await asNewRole(database);
    const server = await asNewRole(database);
    const documented = readFileSync('docs/operations.md', 'utf8');
    const statements = (comment: string) =>
      (new RegExp(`-- ${comment}[^\n]*\n((?:[A-Z].*;\n)+)`).exec(documented)?.[1] ?? '')
        .replaceAll('DATABASE crm ', `DATABASE ${new URL(database.url).pathname.slice(1)} `)
        .replaceAll('crm_owner', owner.role)
        .replaceAll('crm_server', server.role);
    await database.admin.rows(statements('As an administrator, before the first'));
    await withConnection(owner.url, (connection) =>
      connection.rows(statements('As crm_owner, once. Tables')),
    );
    await migrateUp({ url: owner.url });
    await start(server.url);
    await withConnection(server.url, (connection) =>
      connection.rows(`INSERT INTO leads ("firstName", "lastName", email, "createdAt", "updatedAt")
          VALUES ('Ada', 'Byron', 'ada@example.com', now(), now());
        DELETE FROM leads`),
    );
  });

  it('covers the job queue, and reports row-level security that hides it', async () => {
    const database = await open(createTestDatabase());
    const { url, role } = await asNewRole(database);
    for (const statement of grantsIn(await messageOf(start(url)))) await database.admin.rows(statement);
    const isUsable = () =>
      withConnection(url, (connection) => connection.rows(`SELECT ${QUEUE_IS_USABLE} AS "isUsable"`));
    expect(await isUsable()).toEqual([{ isUsable: true }]);
    await database.admin.rows('ALTER TABLE summary_queue._private_jobs ENABLE ROW LEVEL SECURITY');
    expect(await isUsable()).toEqual([{ isUsable: false }]);
    expect(await messageOf(start(url))).toMatch(
      `Row-level security hides the job queue from the role ${role} (summary_queue._private_jobs). Run \`pnpm migrate\``,
    );
    await migrateUp({ url: database.url });
    await start(url);
    for (const statement of [
      'REVOKE INSERT ON summary_queue._private_jobs',
      'REVOKE USAGE ON SCHEMA summary_queue',
    ]) {
      await database.admin.rows(`${statement} FROM ${role}`);
      expect(await isUsable()).toEqual([{ isUsable: false }]);
    }
  });

  it('lists sufficient statements for the privileges that migrations lack, before any change', async () => {
    const database = await open(createEmptyDatabase());
    const { url, role } = await asNewRole(database);
    const message = await messageOf(migrateUp({ url }));
    expect(message).toContain(`GRANT USAGE, CREATE ON SCHEMA "public" TO ${role};`);
    expect(message).toContain('the schema summary_queue of the job queue');
    expect(message).toContain('CREATE EXTENSION pg_trgm;');
    expect(await database.admin.rows(`SELECT to_regclass('"SequelizeMeta"') AS found`)).toEqual([
      { found: null },
    ]);
    for (const statement of grantsIn(message)) await database.admin.rows(statement);
    await migrateUp({ url });
    expect((await migrationStatus({ url })).pending).toEqual([]);
    await start(url);
  });

  it('reports tables of another owner that migrations would change', async () => {
    const database = await open(createTestDatabase());
    const { url, role } = await asNewRole(database);
    await database.admin
      .rows(`GRANT CREATE ON SCHEMA public TO ${role}; GRANT SELECT ON "SequelizeMeta" TO ${role};
      DELETE FROM "SequelizeMeta" WHERE name = '0016-caller-writes'`);
    expect(await messageOf(migrateUp({ url }))).toMatch(
      new RegExp(`It does not own .*public\\.leads.*: GRANT postgres TO ${role};`),
    );
  });

  it('reports an unreadable table of applied migrations instead of a wrong status', async () => {
    const database = await open(createTestDatabase());
    const { url, role } = await asNewRole(database);
    expect(await messageOf(migrationStatus({ url }))).toContain(
      `GRANT SELECT ON TABLE "public"."SequelizeMeta" TO ${role};`,
    );
    await database.admin.rows('ALTER SCHEMA public RENAME TO crm; REVOKE ALL ON SCHEMA crm FROM public');
    expect(await messageOf(migrationStatus({ url: inSchema(url, 'crm') }))).toContain(
      `GRANT USAGE ON SCHEMA "crm" TO ${role};`,
    );
  });

  it('reports a missing job queue as a pending migration', async () => {
    const { url, admin } = await open(createTestDatabase());
    await admin.rows('DROP SCHEMA summary_queue CASCADE');
    expect((await migrationStatus({ url })).pending).toEqual(['summary_queue']);
    expect(await messageOf(start(url))).toContain('summary_queue');
  });

  it('explains why migrate fails in a read-only database', async () => {
    const { url } = await open(createEmptyDatabase());
    const readOnly = `${url}?options=-c%20default_transaction_read_only%3Don`;
    expect(await messageOf(migrateUp({ url: readOnly }))).toContain('read-only transaction');
  });
});

describe('a second installation in another schema of the database', () => {
  it('is rejected by migrate and at startup, as is a search path that mixes two schemas', async () => {
    const { url, admin } = await open(createTestDatabase());
    await admin.rows('CREATE SCHEMA crm');
    for (const path of ['crm', 'crm,public']) {
      const other = inSchema(url, path);
      const expected =
        path === 'crm' ? /contains an installation in the schema public/ : /new ones would go into crm/;
      await admin.rows(`DELETE FROM "SequelizeMeta" WHERE name = '0016-caller-writes'`);
      expect(await messageOf(migrateUp({ url: other }))).toMatch(expected);
      expect(await admin.rows(`SELECT FROM pg_class WHERE relnamespace = 'crm'::regnamespace`)).toEqual([]);
      await admin.rows(`INSERT INTO "SequelizeMeta" VALUES ('0016-caller-writes')`);
    }
    expect(await messageOf(start(inSchema(url, 'crm')))).toMatch(
      /Use a separate database for each installation/,
    );
    // A single installation may be in any schema.
    await admin.rows('DROP SCHEMA crm; ALTER SCHEMA public RENAME TO crm');
    await start(inSchema(url, 'crm'));
  });

  it('is rejected at startup from both sides if an earlier version created it', async () => {
    const { url, admin } = await open(createTestDatabase());
    await admin.rows(`CREATE SCHEMA crm; CREATE TABLE crm."SequelizeMeta" (LIKE "SequelizeMeta");
      INSERT INTO crm."SequelizeMeta" SELECT * FROM "SequelizeMeta"; CREATE TABLE crm.rescore_runs ()`);
    expect(await messageOf(start(url))).toContain('contains an installation in the schema crm');
    expect(await messageOf(start(inSchema(url, 'crm')))).toContain(
      'contains an installation in the schema public',
    );
  });
});

describe('a database', () => {
  it.each(['LATIN1', 'SQL_ASCII'])(
    'with the encoding %s is rejected by migrate and at startup',
    async (encoding) => {
      const { url } = await open(
        createDatabase(`TEMPLATE template0 ENCODING '${encoding}' LOCALE 'C' LOCALE_PROVIDER libc`),
      );
      for (const action of [() => migrateUp({ url }), () => start(url)]) {
        expect(await messageOf(action())).toContain(`has the encoding ${encoding}`);
      }
    },
  );

  it('with a locale that folds only ASCII letters is rejected when new, and causes warnings later', async () => {
    const { url, admin } = await open(
      createDatabase(`TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER libc`),
    );
    expect(await messageOf(migrateUp({ url }))).toMatch(/has the locale C, which .* É and é/);
    expect(await admin.rows("SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace")).toEqual([]);

    // A database adopted from an earlier version works.
    await admin.rows(LEGACY_SCHEMA);
    const migrationWarnings: string[] = [];
    await migrateUp({ url, onWarning: (warning) => migrationWarnings.push(warning) });
    warnings.length = 0;
    await start(url);
    expect([...migrationWarnings, ...warnings]).toEqual([
      expect.stringContaining('has the locale C'),
      expect.stringContaining('has the locale C'),
    ]);
  });
});
