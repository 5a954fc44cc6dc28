import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrateDown, migrateUp, migrationStatus } from '../../src/database/migrator.js';
import { connect, type Connection } from '../support/connection.js';
import { insertLead } from '../support/fixtures.js';
import { LEGACY_ROWS, LEGACY_SCHEMA } from '../support/legacy-database.js';
import { dumpSchema } from '../support/schema-dump.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';

const ALL = [
  '0001-baseline',
  '0002-score-calculated-at',
  '0003-interaction-updated-at',
  '0004-keys-between-tables',
  '0005-indexes-for-reading',
  '0006-score-breakdown',
  '0007-summary-source',
  '0008-stale-scores',
  '0009-room-for-rescoring',
  '0010-rescore-runs',
  '0011-summary-details',
  '0012-summary-batches',
  '0013-lead-listing',
  '0014-api-keys',
  '0015-rate-limits',
  '0016-caller-writes',
  '0017-text-keys',
  '0018-text-key-indexes',
  '0019-batch-pauses',
  '0020-contact-state',
  '0021-contact-state-of-leads',
  '0022-score-valid-from',
  '0023-indexes',
  '0024-foreign-writes',
  '0025-imports',
  '0026-external-id-indexes',
  '0027-lead-history',
  '0028-scoring-rules',
  '0029-history-of-leads',
  '0030-score-evaluations',
];

/** The tables of the job queue count as one more migration. */
const QUEUE = 'summary_queue';

let database: TestDatabase;
let connection: Connection;

beforeEach(async () => {
  database = await createEmptyDatabase();
  connection = await connect(database.url);
});

afterEach(async () => {
  await connection.close();
  await database.drop();
});

const options = () => ({ url: database.url });

describe('migrations', () => {
  it('are all pending on an empty database, and all applied after up', async () => {
    expect(await migrationStatus(options())).toEqual({ applied: [], pending: [...ALL, QUEUE] });
    await migrateUp(options());
    expect(await migrationStatus(options())).toEqual({ applied: ALL, pending: [] });
  });

  it('produce the same schema after up, all the way down, and up again', async () => {
    await migrateUp(options());
    const schema = await dumpSchema(connection);
    await migrateDown(options(), 'all', false);
    expect((await dumpSchema(connection)).filter((line) => !line.includes('SequelizeMeta'))).toEqual([]);
    await migrateUp(options());
    expect(await dumpSchema(connection)).toEqual(schema);
  });

  it('can each be undone and applied again', async () => {
    // The migrations up to the one that is undone, so that no later one is applied again.
    const directory = await mkdtemp(path.join(tmpdir(), 'migrations-'));
    const fileOf = (name: string) => path.join(directory, `${name}.js`);
    // A function that a down migration restores may have other spaces at the ends of its lines.
    const dump = async () =>
      (await dumpSchema(connection))
        .filter((line) => !line.includes('SequelizeMeta'))
        .map((line) => line.replaceAll(/ +$/gm, ''));
    try {
      for (const name of ALL) {
        const { href } = pathToFileURL(path.resolve('dist/migrations', `${name}.js`));
        await writeFile(fileOf(name), `export * from '${href}';`);
      }
      const upTo = { ...options(), directory };
      await migrateUp(upTo);
      let schema = await dump();
      for (const name of ALL.toReversed()) {
        await migrateDown(upTo, 'latest', false);
        const earlier = await dump();
        await migrateUp(upTo);
        expect(await dump()).toEqual(schema);
        await migrateDown(upTo, { to: name }, false);
        expect(await dump()).toEqual(earlier);
        await rm(fileOf(name));
        schema = earlier;
      }
      expect(schema).toEqual([]);
    } finally {
      await rm(directory, { recursive: true });
    }
    // The time grows with the number of migrations.
  }, 60_000);

  it('do nothing the second time', async () => {
    const applied: string[] = [];
    const listen = { ...options(), onMigration: (_: string, name: string) => applied.push(name) };
    await migrateUp(listen);
    await migrateUp(listen);
    expect(applied).toEqual([...ALL, QUEUE]);
  });

  it('are applied once by eight concurrent migrators', async () => {
    const applied: string[] = [];
    const onMigration = (_: string, name: string) => applied.push(name);
    await Promise.all(Array.from({ length: 8 }, () => migrateUp({ ...options(), onMigration })));
    expect(applied).toEqual([...ALL, QUEUE]);
  });

  it('reject undoing an unknown one', async () => {
    await migrateUp(options());
    await expect(migrateDown(options(), { to: '0009-nothing' }, true)).rejects.toThrow('0009-nothing');
    expect((await migrationStatus(options())).applied).toEqual(ALL);
  });

  it('reject dropping tables that contain rows', async () => {
    await migrateUp(options());
    await insertLead(connection);
    await expect(migrateDown(options(), 'all', true)).rejects.toThrow(/0001-baseline \(down\) was rejected/);
    expect((await migrationStatus(options())).applied).toEqual(ALL);
    expect(await connection.rows('SELECT id FROM leads')).toHaveLength(1);
  });
});

describe('a migration that builds indexes concurrently', () => {
  const NAME = '0018-text-key-indexes';
  const invalidIndexes = () =>
    connection.rows(`SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid`);

  it('allows writes while it waits for an older transaction', async () => {
    await migrateUp(options());
    await migrateDown(options(), { to: NAME }, false);
    const older = await connect(database.url);
    await older.rows('BEGIN');
    await insertLead(older);
    const migrated = migrateUp(options());
    try {
      for (;;) {
        const waiting = await connection.rows(
          `SELECT FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'`,
        );
        if (waiting.length > 0) break;
      }
      await connection.rows(`SET lock_timeout = '1s'`);
      await insertLead(connection);
      await connection.rows('UPDATE leads SET company = $1', ['Looms']);
    } finally {
      await older.rows('COMMIT');
      await migrated;
      await older.close();
    }
    expect((await migrationStatus(options())).pending).toEqual([]);
    expect(await invalidIndexes()).toEqual([]);
  });

  it('starts over after an attempt that left an index invalid', async () => {
    await migrateUp(options());
    await connection.rows(`
      UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'leads_search_key_idx'::regclass;
      DROP INDEX leads_company_key_idx;
      DELETE FROM "SequelizeMeta" WHERE name = '${NAME}'`);
    await migrateUp(options());
    expect(await invalidIndexes()).toEqual([]);
    expect(
      await connection.rows(`SELECT 1 WHERE to_regclass('leads_company_key_idx') IS NOT NULL`),
    ).toHaveLength(1);
  });
});

describe('the contact states of existing leads', () => {
  it('are read from their interactions, except for leads that the database rejects', async () => {
    await migrateUp(options());
    await migrateDown(options(), { to: '0020-contact-state' }, false);
    const ids: number[] = [];
    for (const status of ['new', 'Closed Lost', 'won', 'odd']) {
      ids.push(await insertLead(connection, { status }));
    }
    await connection.rows(
      `INSERT INTO interactions (type, date, "leadId", "createdAt", "updatedAt")
       SELECT 'call', now() - days * interval '1 day', id, now(), now()
       FROM leads, unnest(ARRAY[-3, 2, 40]) AS days WHERE id <> $1`,
      [ids[0]],
    );
    await connection.rows(`ALTER TABLE leads ADD CHECK (status <> 'odd') NOT VALID`);
    await migrateUp(options());
    const states = await connection.rows(
      `SELECT leads.id, "isOpen", leads."nextInteractionAt" = '-infinity' AS "isUnknown",
         (state."lastInteractionAt", state."nextInteractionAt", state."callCount", state."callWeight")
           IS NOT DISTINCT FROM (leads."lastInteractionAt", leads."nextInteractionAt", leads."callCount", leads."callWeight")
           AS "isRight"
       FROM leads JOIN lead_scores ON "leadId" = leads.id, contact_state_of(leads.id, now()) AS state ORDER BY 1`,
    );
    expect(states).toEqual([
      { id: ids[0], isOpen: true, isUnknown: null, isRight: true },
      { id: ids[1], isOpen: false, isUnknown: false, isRight: true },
      { id: ids[2], isOpen: false, isUnknown: false, isRight: true },
      { id: ids[3], isOpen: true, isUnknown: true, isRight: false },
    ]);
  });
});

describe('the history of existing leads', () => {
  it('begins once for each lead, with the values of before its first change', async () => {
    await migrateUp(options());
    await migrateDown(options(), { to: '0027-lead-history' }, true);
    const ids: number[] = [];
    for (const budget of [100, 200]) ids.push(await insertLead(connection, { budget }));
    const [old = 0, changed = 0] = ids;
    await connection.rows(`UPDATE leads SET "createdAt" = '2020-02-02T02:02:02Z', company = 'Looms'`);
    // The previous version writes between the two migrations.
    await migrateUp(options());
    await migrateDown(options(), { to: '0029-history-of-leads' }, true);
    await connection.rows(`UPDATE leads SET status = 'won', budget = 300 WHERE id = $1`, [changed]);
    const created = await insertLead(connection);
    await migrateUp(options());
    const read = () =>
      connection.rows(`SELECT "leadId", "effectiveAt" = '2020-02-02T02:02:02Z' AS "isDatedBack",
          "recordedAt" > now() - interval '1 minute' AS "isRecordedNow", "statusBefore", "statusAfter", "budgetAfter", company,
          "emailDomain", "changedBy"
        FROM lead_changes ORDER BY "leadId", "effectiveAt", id`);
    const first = {
      isDatedBack: true,
      isRecordedNow: true,
      statusBefore: null,
      statusAfter: 'new',
      company: 'Looms',
      emailDomain: 'example.com',
      changedBy: 'migration',
    };
    const own = { isDatedBack: false, changedBy: 'database role postgres' };
    const expected = [
      { ...first, leadId: old, budgetAfter: '100.00' },
      { ...first, leadId: changed, budgetAfter: '200.00' },
      { ...first, ...own, leadId: changed, statusBefore: 'new', statusAfter: 'won', budgetAfter: '300.00' },
      { ...first, ...own, leadId: created, budgetAfter: null, company: null },
    ];
    expect(await read()).toEqual(expected);
    // Like an attempt that was interrupted before it was recorded.
    await connection.rows(`DELETE FROM "SequelizeMeta" WHERE name = '0029-history-of-leads'`);
    await migrateUp(options());
    expect(await read()).toEqual(expected);
  });
});

describe('the scores of existing leads', () => {
  it('are found if the clock is set back after the migration, and at once if dated in the future', async () => {
    await migrateUp(options());
    const scored = `"activityScore" = 3, "scoreValidUntil" = 'infinity'`;
    const [current = 0, future = 0] = [await insertLead(connection), await insertLead(connection)];
    await migrateDown(options(), { to: '0022-score-valid-from' }, true);
    await connection.rows(`UPDATE leads SET ${scored}, "scoreCalculatedAt" = now() WHERE id = $1`, [current]);
    await connection.rows(
      `UPDATE leads SET ${scored}, "scoreCalculatedAt" = now() + interval '1 day' WHERE id = $1`,
      [future],
    );
    await connection.rows(`UPDATE lead_scores SET "refreshAt" = 'infinity'`);
    await migrateUp(options());
    expect(
      await connection.rows(
        `SELECT leads.id, "validFrom" >= least("scoreCalculatedAt", now()) AS "isFound", "refreshAt" < now() AS "isDue"
         FROM leads JOIN lead_scores ON "leadId" = leads.id ORDER BY 1`,
      ),
    ).toEqual([
      { id: current, isFound: true, isDue: false },
      // It is due, so it need not be found after the clock is set back.
      { id: future, isFound: false, isDue: true },
    ]);
  });
});

describe('undoing migrations', () => {
  const undo = (to: string, mayLoseData: boolean) => migrateDown(options(), { to }, mayLoseData);

  it('names the rows and values that would be lost, and undoes nothing without --yes', async () => {
    await migrateUp(options());
    await insertLead(connection);
    await connection.rows(
      `INSERT INTO api_keys (name, role, "keyHash") VALUES ('gate', 'admin', sha256('a')), ('door', 'rep', sha256('b'));
       SELECT summary_queue.add_job('write', '{}'::json);
       UPDATE leads SET "summarySource" = 'template'`,
    );
    const schema = await dumpSchema(connection);
    await expect(undo('0014-api-keys', false)).rejects.toThrow(
      /would lose:\n  - the table api_keys with 2 rows\n(.*\n)*Nothing was undone. Add --yes/,
    );
    await expect(undo('0007-summary-source', false)).rejects.toThrow(
      /column leads."summarySource" with 1 value\n(.*\n)*.*table summary_queue._private_jobs with 1 row\n/,
    );
    expect(await dumpSchema(connection)).toEqual(schema);
    expect((await migrationStatus(options())).applied).toEqual(ALL);

    const warnings: string[] = [];
    const onWarning = (warning: string) => warnings.push(warning);
    await migrateDown({ ...options(), onWarning }, { to: '0014-api-keys' }, true);
    expect(warnings).toEqual([expect.stringContaining('the table api_keys with 2 rows')]);
    expect((await migrationStatus(options())).applied).toEqual(ALL.slice(0, ALL.indexOf('0014-api-keys')));
  });

  it('keeps the extensions of the database, regardless of their creators and users', async () => {
    await connection.rows(`CREATE EXTENSION pg_trgm; CREATE TABLE theirs (name text);
      CREATE INDEX theirs_idx ON theirs USING gin (name gin_trgm_ops)`);
    await migrateUp(options());
    await migrateDown(options(), 'all', false);
    expect(await connection.rows(`SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'`)).toHaveLength(1);
    expect(await connection.rows(`SELECT to_regclass('theirs_idx')::text AS name`)).toEqual([
      { name: 'theirs_idx' },
    ]);
  });

  it('rejects dropping an extension together with its schema', async () => {
    await migrateUp(options());
    await connection.rows('CREATE EXTENSION fuzzystrmatch SCHEMA summary_queue');
    await expect(undo('0012-summary-batches', true)).rejects.toThrow('extension fuzzystrmatch');
    expect((await migrationStatus(options())).applied).toEqual(ALL);
  });

  it('rejects a database with unknown migrations of a newer version', async () => {
    await migrateUp(options());
    await connection.rows(`INSERT INTO "SequelizeMeta" VALUES ('9999-newer')`);
    await expect(migrateDown(options(), 'latest', true)).rejects.toThrow('9999-newer');
    expect((await migrationStatus(options())).applied).toEqual([...ALL, '9999-newer']);
  });
});

describe('a data-only restore', () => {
  it('restores all rows with triggers disabled, in any order of tables, as in docs/operations.md', async () => {
    await migrateUp(options());
    const id = await insertLead(connection, { activityScore: 7 });
    await connection.rows(
      `INSERT INTO interactions (type, date, "leadId", "createdAt") VALUES ('call', now(), ${id}, now());
       INSERT INTO lead_summaries ("leadId", "keyPoints", "withheldInteractionIds", writer, "inputHash", "writerVersion",
         "generatedAt", "mayBeStale") VALUES (${id}, '[]', '{}', 'template', 'hash', 'version', now(), false)`,
    );
    const tables = [
      'leads',
      'interactions',
      'lead_scores',
      'lead_summaries',
      'lead_changes',
      'interaction_versions',
    ];
    const readAll = async () => {
      const all: unknown[] = [];
      for (const table of tables) all.push(await connection.rows(`SELECT * FROM ${table}`));
      return all;
    };
    const before = await readAll();
    for (const table of tables) await connection.rows(`CREATE TEMP TABLE saved_${table} AS TABLE ${table}`);

    for (const order of [tables, tables.toReversed()]) {
      await connection.rows(
        'TRUNCATE leads, interactions, lead_scores, lead_summaries, lead_changes, interaction_versions',
      );
      // pg_restore --disable-triggers runs these statements for each table.
      for (const table of order) {
        await connection.rows(`ALTER TABLE ${table} DISABLE TRIGGER ALL;
          INSERT INTO ${table} OVERRIDING SYSTEM VALUE TABLE saved_${table};
          ALTER TABLE ${table} ENABLE TRIGGER ALL`);
      }
      expect(await readAll()).toEqual(before);
    }
    await connection.rows('DELETE FROM leads');
    expect(await readAll()).toEqual(tables.map(() => []));
  });
});

describe('a migration that fails midway', () => {
  it('leaves nothing behind, and earlier ones stay applied', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'migrations-'));
    try {
      await writeFile(
        path.join(directory, '0001-good.js'),
        `export const up = (context) => context.run('CREATE TABLE good ()');
         export const down = (context) => context.run('DROP TABLE good');`,
      );
      await writeFile(
        path.join(directory, '0002-bad.js'),
        `export const up = async (context) => {
           await context.run('CREATE TABLE half ()');
           await context.run('SELECT 1 / 0');
         };
         export const down = () => Promise.resolve();`,
      );
      await expect(migrateUp({ ...options(), directory })).rejects.toThrow(
        /0002-bad \(up\) failed and left nothing behind: division by zero/,
      );
      expect(await migrationStatus({ ...options(), directory })).toEqual({
        applied: ['0001-good'],
        pending: ['0002-bad', QUEUE],
      });
      expect(await connection.rows(`SELECT 1 WHERE to_regclass('half') IS NOT NULL`)).toEqual([]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe('the adoption of a database that model sync created', () => {
  const readAll = async () => ({
    leads: await connection.rows<Record<string, unknown>>(
      `SELECT id, "firstName", "lastName", email, phone, budget, location, company, source, status, summary,
         "summaryGeneratedAt"::text, "activityScore", "createdAt"::text, "updatedAt"::text FROM leads ORDER BY id`,
    ),
    interactions: await connection.rows<Record<string, unknown>>(
      'SELECT id, type, date::text, notes, "leadId", "createdAt"::text FROM interactions ORDER BY id',
    ),
  });

  it('keeps all rows unchanged', async () => {
    await connection.rows(LEGACY_SCHEMA + LEGACY_ROWS);
    const before = await readAll();
    await migrateUp(options());
    expect(await readAll()).toEqual(before);
  });

  it('sets scoreCalculatedAt to the time of the migration if a score exists, and to null otherwise', async () => {
    await connection.rows(LEGACY_SCHEMA + LEGACY_ROWS);
    const [start] = await connection.rows<{ now: Date }>(`SELECT date_trunc('milliseconds', now()) AS now`);
    await migrateUp(options());
    const [end] = await connection.rows<{ now: Date }>('SELECT now()');
    const leads = await connection.rows<{ activityScore: number | null; scoreCalculatedAt: Date | null }>(
      'SELECT "activityScore", "scoreCalculatedAt" FROM leads ORDER BY id',
    );
    expect(leads.map((lead) => lead.scoreCalculatedAt === null)).toEqual([false, true, false, false]);
    for (const { scoreCalculatedAt } of leads.filter((lead) => lead.activityScore !== null)) {
      expect(scoreCalculatedAt?.getTime()).toBeGreaterThanOrEqual(start?.now.getTime() ?? Infinity);
      expect(scoreCalculatedAt?.getTime()).toBeLessThanOrEqual(end?.now.getTime() ?? -Infinity);
    }
  });

  it('sets updatedAt of old interactions to createdAt', async () => {
    await connection.rows(LEGACY_SCHEMA + LEGACY_ROWS);
    await migrateUp(options());
    expect(
      await connection.rows('SELECT 1 FROM interactions WHERE "updatedAt" IS DISTINCT FROM "createdAt"'),
    ).toEqual([]);
  });

  it('lets the earlier version continue to write', async () => {
    await connection.rows(LEGACY_SCHEMA + LEGACY_ROWS);
    await migrateUp(options());
    await connection.rows(
      `INSERT INTO interactions (type, date, notes, "leadId", "createdAt") VALUES ('call', now(), NULL, 1, now())`,
    );
    await connection.rows('UPDATE leads SET "activityScore" = 120 WHERE id = 1');
    expect(await connection.rows('SELECT 1 FROM interactions WHERE "updatedAt" IS NULL')).toEqual([]);
  });

  it('produces the schema of a fresh database, except for the column status', async () => {
    await connection.rows(LEGACY_SCHEMA + LEGACY_ROWS);
    await migrateUp(options());
    const adopted = await dumpSchema(connection);
    const fresh = await createEmptyDatabase();
    const freshConnection = await connect(fresh.url);
    await migrateUp({ url: fresh.url });
    const expected = await dumpSchema(freshConnection);
    await freshConnection.close();
    await fresh.drop();
    const isStatus = (line: string) => line.includes('status');
    expect(adopted.filter((line) => !isStatus(line))).toEqual(expected.filter((line) => !isStatus(line)));
  });

  it('adds and checks the missing keys, and removes only those when undone', async () => {
    await connection.rows(
      LEGACY_SCHEMA.replace('NOT NULL UNIQUE', 'NOT NULL').replace(/ REFERENCES leads[^,]*/, '') +
        LEGACY_ROWS,
    );
    const before = await dumpSchema(connection);
    await migrateUp(options());
    await expect(
      connection.rows(
        `INSERT INTO interactions (type, date, "leadId", "createdAt") VALUES ('call', now(), 99, now())`,
      ),
    ).rejects.toThrow(/foreign key/);
    await expect(
      connection.rows(
        `INSERT INTO leads ("firstName", "lastName", email, "createdAt", "updatedAt")
         VALUES ('a', 'b', 'li@example.com', now(), now())`,
      ),
    ).rejects.toThrow(/unique/);
    await migrateDown(options(), { to: '0002-score-calculated-at' }, true);
    expect((await dumpSchema(connection)).filter((line) => !line.includes('SequelizeMeta'))).toEqual(before);
  });

  it('keeps interactions whose lead does not exist', async () => {
    await connection.rows(LEGACY_SCHEMA.replace(/ REFERENCES leads[^,]*/, '') + LEGACY_ROWS);
    await connection.rows('DELETE FROM leads WHERE id = 3');
    await migrateUp(options());
    expect(await connection.rows('SELECT id FROM interactions WHERE "leadId" = 3')).toHaveLength(1);
  });

  it('names leads that share an e-mail and changes nothing if the old table has no unique key', async () => {
    await connection.rows(LEGACY_SCHEMA.replace('NOT NULL UNIQUE', 'NOT NULL') + LEGACY_ROWS);
    await connection.rows(`UPDATE leads SET email = 'li@example.com' WHERE id IN (2, 4)`);
    await expect(migrateUp(options())).rejects.toThrow(/2 and 4/);
    expect((await migrationStatus(options())).pending[0]).toBe('0004-keys-between-tables');
    await connection.rows(`UPDATE leads SET email = 'other@example.com' WHERE id = 4`);
    await migrateUp(options());
    expect((await migrationStatus(options())).pending).toEqual([]);
  });

  it('rejects a table of another application', async () => {
    await connection.rows('CREATE TABLE leads (id serial PRIMARY KEY, name text)');
    await expect(migrateUp(options())).rejects.toThrow(/lacks firstName, lastName, email/);
    expect((await migrationStatus(options())).applied).toEqual([]);
  });
});
