import type { MigrationContext } from '../src/database/migration.js';

/** The columns that an import writes. */
const LEAD_VALUES = [
  'firstName',
  'lastName',
  'email',
  'phone',
  'budget',
  'location',
  'company',
  'source',
  'status',
  'externalSource',
  'externalId',
];
const INTERACTION_VALUES = ['leadId', 'type', 'direction', 'date', 'notes', 'externalSource', 'externalId'];

/**
 * External ids, so that an import recognises leads and interactions of another system, and a record of every import, so
 * that it can be undone.
 *
 * `importId` names the last import that wrote the values of a row. If anything else writes them afterwards, a trigger sets
 * `isChangedSinceImport`, so an undo leaves the row alone. `importId` has no foreign key, which would cost a look-up for each
 * imported row, and no index: only an undo reads it, with a scan.
 *
 * `import_changes` keeps the values before an import changed a row. It has no foreign key, so that TRUNCATE of `leads` works. The
 * triggers for removed leads delete its rows, because they contain personal data.
 */
export async function up(context: MigrationContext): Promise<void> {
  await context.run(`
    CREATE TABLE imports (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      trigger varchar(16) NOT NULL
        CONSTRAINT imports_trigger_check CHECK (trigger IN ('api', 'command')),
      caller varchar(255) NOT NULL,
      host varchar(255) NOT NULL,
      files jsonb NOT NULL,
      options jsonb NOT NULL,
      status varchar(16) NOT NULL DEFAULT 'running'
        CONSTRAINT imports_status_check
        CHECK (status IN ('running', 'succeeded', 'failed', 'cancelled', 'interrupted')),
      "startedAt" timestamptz NOT NULL,
      "endedAt" timestamptz,
      step varchar(16) NOT NULL DEFAULT 'reading',
      "doneCount" integer NOT NULL DEFAULT 0,
      "totalCount" integer,
      report jsonb,
      error text,
      "undoneAt" timestamptz,
      "undoneBy" varchar(255),
      "undoReport" jsonb
    );

    CREATE TABLE import_changes (
      "importId" integer NOT NULL,
      "leadId" integer NOT NULL,
      "interactionId" integer,
      before jsonb NOT NULL
    );
    CREATE INDEX "import_changes_importId_idx" ON import_changes ("importId");
    CREATE INDEX "import_changes_leadId_idx" ON import_changes ("leadId");

    ALTER TABLE leads
      ADD COLUMN "externalSource" varchar(64),
      ADD COLUMN "externalId" varchar(255),
      ADD COLUMN "importId" integer,
      ADD COLUMN "isChangedSinceImport" boolean NOT NULL DEFAULT false,
      ADD CONSTRAINT "leads_externalId_check" CHECK (("externalSource" IS NULL) = ("externalId" IS NULL)) NOT VALID;
    ALTER TABLE interactions
      ADD COLUMN "externalSource" varchar(64),
      ADD COLUMN "externalId" varchar(255),
      ADD COLUMN "importId" integer,
      ADD COLUMN "isChangedSinceImport" boolean NOT NULL DEFAULT false,
      ADD CONSTRAINT "interactions_externalId_check" CHECK (("externalSource" IS NULL) = ("externalId" IS NULL)) NOT VALID;

    CREATE FUNCTION changed_since_import() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW."isChangedSinceImport" := true;
      RETURN NEW;
    END $$;
    ${changedSinceImport('leads', LEAD_VALUES)};
    ${changedSinceImport('interactions', INTERACTION_VALUES)};

    CREATE FUNCTION import_changes_removed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      IF TG_OP = 'TRUNCATE' THEN DELETE FROM import_changes;
      ELSE DELETE FROM import_changes WHERE "leadId" IN (SELECT id FROM removed);
      END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER "leads_importChangesRemoved"
      AFTER DELETE ON leads REFERENCING OLD TABLE AS removed
      FOR EACH STATEMENT EXECUTE FUNCTION import_changes_removed();
    CREATE TRIGGER "leads_importChangesTruncated"
      AFTER TRUNCATE ON leads
      FOR EACH STATEMENT EXECUTE FUNCTION import_changes_removed()`);
}

/** Imports and undos write another id, so their own writes do not count. */
const changedSinceImport = (table: string, columns: readonly string[]): string => `
    CREATE TRIGGER "${table}_changedSinceImport"
      BEFORE UPDATE OF ${row('', columns)} ON ${table}
      FOR EACH ROW
      WHEN (OLD."importId" = NEW."importId" AND NOT OLD."isChangedSinceImport"
        AND (${row('OLD.', columns)}) IS DISTINCT FROM (${row('NEW.', columns)}))
      EXECUTE FUNCTION changed_since_import()`;

const row = (prefix: string, columns: readonly string[]): string =>
  columns.map((column) => `${prefix}"${column}"`).join(', ');

export async function down(context: MigrationContext): Promise<void> {
  await context.run(`
    DROP TRIGGER "leads_importChangesTruncated" ON leads;
    DROP TRIGGER "leads_importChangesRemoved" ON leads;
    DROP TRIGGER "interactions_changedSinceImport" ON interactions;
    DROP TRIGGER "leads_changedSinceImport" ON leads;
    DROP FUNCTION import_changes_removed();
    DROP FUNCTION changed_since_import();
    ALTER TABLE interactions DROP COLUMN "externalSource", DROP COLUMN "externalId", DROP COLUMN "importId",
      DROP COLUMN "isChangedSinceImport";
    ALTER TABLE leads DROP COLUMN "externalSource", DROP COLUMN "externalId", DROP COLUMN "importId",
      DROP COLUMN "isChangedSinceImport";
    DROP TABLE import_changes, imports`);
}
