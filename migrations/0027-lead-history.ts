import type { MigrationContext } from '../src/database/migration.js';

/** The API and commands set the caller for each of their transactions. */
const CALLER = `coalesce(nullif(current_setting('lead_scoring.caller', true), ''), 'database role ' || session_user)`;

/** The columns of `lead_changes` in which a row of `leads` has one value. */
const VALUES = `source, company, location, "emailDomain"`;

/** Whether a statement comes from a program, and not from the foreign key of a lead that is removed or renumbered. */
const IS_DIRECT = 'pg_trigger_depth() = 0';

/** The values of a version of an interaction. Notes are not kept. */
const VERSION = `"interactionId", "leadId", type, direction, date, "recordedAt", "replacedAt", "isDeletion", "changedBy"`;

const versionOf = (row: string, isDeletion: boolean): string =>
  `${row}.id, ${row}."leadId", ${row}.type, ${row}.direction, ${row}.date,
        coalesce(${row}."recordedAt", ${row}."createdAt"), moment, ${String(isDeletion)}, ${CALLER}`;

/**
 * Keeps what was known about leads and interactions at any past time. Triggers write it, regardless of which program changes a
 * row.
 *
 * `lead_changes` has a row for the creation of a lead, and one for each change of its status, its budget or a detail that scoring
 * rules may compare. `interaction_versions` has the versions of interactions that were changed or deleted. A version was known
 * from `recordedAt` to `replacedAt`; the row of `interactions` is known from its `recordedAt` on. If that is null, the row is older
 * than this migration and known from `createdAt` on.
 *
 * Both tables are append-only: rows are never updated, and they are deleted only with their lead. An exception are rows of
 * `lead_changes` with an `importId`: the undo of their import deletes them, and a later import corrects a status that
 * was assumed (`isStatusAssumed`, else null).
 *
 * The triggers of `leads` for changes compare the values in their conditions, so a recalculation of all leads calls no function.
 */
export async function up(context: MigrationContext): Promise<void> {
  await createTables(context);
  await createLeadTriggers(context);
  await createInteractionTriggers(context);
  await rejectOtherWrites(context);
}

/** The order of the columns avoids padding between them. */
async function createTables(context: MigrationContext): Promise<void> {
  await context.run(`
    CREATE TABLE lead_changes (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      "effectiveAt" timestamptz NOT NULL,
      "recordedAt" timestamptz NOT NULL,
      "leadId" integer NOT NULL
        CONSTRAINT "lead_changes_leadId_fkey" REFERENCES leads (id) ON UPDATE CASCADE ON DELETE CASCADE,
      "importId" integer,
      "statusBefore" text,
      "statusAfter" text NOT NULL,
      "budgetBefore" numeric,
      "budgetAfter" numeric,
      source text,
      company text,
      location text,
      "emailDomain" text,
      "changedBy" text NOT NULL,
      "isStatusAssumed" boolean
    );
    CREATE INDEX "lead_changes_leadId_effectiveAt_idx" ON lead_changes ("leadId", "effectiveAt", id);

    CREATE TABLE interaction_versions (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      "interactionId" integer NOT NULL,
      "leadId" integer NOT NULL
        CONSTRAINT "interaction_versions_leadId_fkey" REFERENCES leads (id) ON UPDATE CASCADE ON DELETE CASCADE,
      type enum_interactions_type NOT NULL,
      direction enum_interactions_direction,
      date timestamptz NOT NULL,
      "recordedAt" timestamptz NOT NULL,
      "replacedAt" timestamptz NOT NULL,
      "isDeletion" boolean NOT NULL,
      "changedBy" text NOT NULL
    );
    CREATE INDEX "interaction_versions_leadId_idx" ON interaction_versions ("leadId");

    -- The default is set separately, so that existing rows are not rewritten.
    ALTER TABLE interactions ADD COLUMN "recordedAt" timestamptz;
    ALTER TABLE interactions ALTER COLUMN "recordedAt" SET DEFAULT clock_timestamp()`);
}

async function createLeadTriggers(context: MigrationContext): Promise<void> {
  await context.run(`
    CREATE FUNCTION email_domain(email text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT CASE WHEN strpos(email, '@') > 0 THEN nullif(lower(split_part(email, '@', -1) COLLATE "C"), '') END
    $$;

    CREATE FUNCTION lead_changes_of_inserted() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
      moment timestamptz := date_trunc('milliseconds', clock_timestamp());
    BEGIN
      INSERT INTO lead_changes ("effectiveAt", "recordedAt", "leadId", "statusAfter", "budgetAfter", ${VALUES}, "changedBy")
      SELECT moment, moment, id, coalesce(status, 'new'), budget, source, company, location, email_domain(email), ${CALLER}
      FROM inserted;
      RETURN NULL;
    END $$;
    CREATE TRIGGER "leads_insertedInHistory"
      AFTER INSERT ON leads REFERENCING NEW TABLE AS inserted
      FOR EACH STATEMENT EXECUTE FUNCTION lead_changes_of_inserted();

    CREATE FUNCTION lead_changes_of_updated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
      moment timestamptz := date_trunc('milliseconds', clock_timestamp());
      domain text := email_domain(NEW.email);
    BEGIN
      -- Another address of the same domain is not a change.
      IF (OLD.status, OLD.budget, OLD.source, OLD.company, OLD.location, email_domain(OLD.email))
        IS DISTINCT FROM (NEW.status, NEW.budget, NEW.source, NEW.company, NEW.location, domain)
      THEN
        INSERT INTO lead_changes ("effectiveAt", "recordedAt", "leadId", "statusBefore", "statusAfter", "budgetBefore",
          "budgetAfter", ${VALUES}, "changedBy")
        VALUES (moment, moment, NEW.id, coalesce(OLD.status, 'new'), coalesce(NEW.status, 'new'), OLD.budget, NEW.budget,
          NEW.source, NEW.company, NEW.location, domain, ${CALLER});
      END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER "leads_updatedInHistory"
      AFTER UPDATE OF status, budget, source, company, location, email ON leads
      FOR EACH ROW
      WHEN ((OLD.status, OLD.budget, OLD.source, OLD.company, OLD.location, OLD.email)
        IS DISTINCT FROM (NEW.status, NEW.budget, NEW.source, NEW.company, NEW.location, NEW.email))
      EXECUTE FUNCTION lead_changes_of_updated()`);
}

/**
 * A lead that does not exist has no history: it was removed by the same statement, it has another id now, or an adopted database
 * contains interactions without a lead.
 */
async function createInteractionTriggers(context: MigrationContext): Promise<void> {
  await context.run(`
    CREATE FUNCTION interaction_versions_of_updated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
      moment timestamptz := clock_timestamp();
    BEGIN
      IF EXISTS (SELECT FROM leads WHERE id = OLD."leadId") THEN
        INSERT INTO interaction_versions (${VERSION}) VALUES (${versionOf('OLD', false)});
        NEW."recordedAt" := moment;
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER "interactions_updatedInHistory"
      BEFORE UPDATE OF type, direction, date, "leadId" ON interactions
      FOR EACH ROW
      WHEN ((OLD.type, OLD.direction, OLD.date, OLD."leadId") IS DISTINCT FROM (NEW.type, NEW.direction, NEW.date, NEW."leadId"))
      EXECUTE FUNCTION interaction_versions_of_updated();

    CREATE FUNCTION interaction_versions_of_deleted() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
      moment timestamptz := clock_timestamp();
    BEGIN
      INSERT INTO interaction_versions (${VERSION})
      SELECT ${versionOf('deleted', true)}
      FROM deleted WHERE EXISTS (SELECT FROM leads WHERE id = deleted."leadId");
      RETURN NULL;
    END $$;
    CREATE TRIGGER "interactions_deletedInHistory"
      AFTER DELETE ON interactions REFERENCING OLD TABLE AS deleted
      FOR EACH STATEMENT EXECUTE FUNCTION interaction_versions_of_deleted();

    -- TRUNCATE leads CASCADE empties both tables after this.
    CREATE FUNCTION interaction_versions_of_truncated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
      moment timestamptz := clock_timestamp();
    BEGIN
      INSERT INTO interaction_versions (${VERSION})
      SELECT ${versionOf('interactions', true)}
      FROM interactions WHERE EXISTS (SELECT FROM leads WHERE id = interactions."leadId");
      RETURN NULL;
    END $$;
    CREATE TRIGGER "interactions_truncatedInHistory"
      BEFORE TRUNCATE ON interactions
      FOR EACH STATEMENT EXECUTE FUNCTION interaction_versions_of_truncated()`);
}

async function rejectOtherWrites(context: MigrationContext): Promise<void> {
  await context.run(`
    -- After TRUNCATE of all leads, nothing is left of which the history could be missing.
    CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      IF TG_OP = 'TRUNCATE' AND NOT EXISTS (SELECT FROM leads) THEN RETURN NULL; END IF;
      RAISE EXCEPTION '% is append-only: % is not allowed', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation',
        HINT = 'The history of a lead is removed together with the lead.';
    END $$;
    ${appendOnly('lead_changes', 'OLD."importId" IS NULL')};
    ${appendOnly('interaction_versions', 'true')}`);
}

/** @param isProtected whether a row must not be deleted on its own */
const appendOnly = (table: string, isProtected: string): string => `
    CREATE TRIGGER "${table}_updateRejected"
      BEFORE UPDATE ON ${table}
      FOR EACH ROW WHEN (${IS_DIRECT})
      EXECUTE FUNCTION history_is_append_only();
    CREATE TRIGGER "${table}_deleteRejected"
      BEFORE DELETE ON ${table}
      FOR EACH ROW WHEN (${IS_DIRECT} AND ${isProtected})
      EXECUTE FUNCTION history_is_append_only();
    CREATE TRIGGER "${table}_truncateRejected"
      AFTER TRUNCATE ON ${table}
      FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()`;

export async function down(context: MigrationContext): Promise<void> {
  await context.run(`
    DROP TRIGGER "interactions_truncatedInHistory" ON interactions;
    DROP TRIGGER "interactions_deletedInHistory" ON interactions;
    DROP TRIGGER "interactions_updatedInHistory" ON interactions;
    DROP TRIGGER "leads_updatedInHistory" ON leads;
    DROP TRIGGER "leads_insertedInHistory" ON leads;
    DROP TABLE interaction_versions, lead_changes;
    DROP FUNCTION history_is_append_only();
    DROP FUNCTION interaction_versions_of_truncated();
    DROP FUNCTION interaction_versions_of_deleted();
    DROP FUNCTION interaction_versions_of_updated();
    DROP FUNCTION lead_changes_of_updated();
    DROP FUNCTION lead_changes_of_inserted();
    DROP FUNCTION email_domain(text);
    ALTER TABLE interactions DROP COLUMN "recordedAt"`);
}
