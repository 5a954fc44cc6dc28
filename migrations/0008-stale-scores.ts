import type { MigrationContext } from '../src/database/migration.js';

/**
 * Columns that mark a score as outdated: the time of the last change of its inputs, and the version of the parameters
 * that it was calculated with (null: calculated by a version without this column).
 *
 * Triggers maintain the time for every program that writes: an earlier version that still runs, a script, `psql`. They
 * update the row of the lead, so a recalculation that has already read the lead detects the change. Times are whole
 * milliseconds, like those of scores, and always later than the score that they mark as outdated. The functions have a
 * fixed search path, because the session of a restore or a replica has none.
 */
export async function up(context: MigrationContext): Promise<void> {
  await context.run(`
    ALTER TABLE leads
      ADD COLUMN "scoreInputsChangedAt" timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
      ADD COLUMN "scoreParameters" integer;

    CREATE FUNCTION leads_score_inputs_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW."scoreInputsChangedAt" := greatest(
        date_trunc('milliseconds', clock_timestamp()),
        OLD."scoreCalculatedAt" + interval '1 millisecond'
      );
      RETURN NEW;
    END $$;

    CREATE TRIGGER "leads_scoreInputsChanged"
      BEFORE UPDATE OF budget, status ON leads
      FOR EACH ROW
      WHEN ((OLD.budget, OLD.status) IS DISTINCT FROM (NEW.budget, NEW.status))
      EXECUTE FUNCTION leads_score_inputs_changed();

    -- Leads are locked in one order, so that two writers of many interactions do not wait for each other.
    CREATE FUNCTION score_inputs_changed_of(lead_ids integer[]) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      PERFORM 1 FROM leads WHERE id = ANY (lead_ids) ORDER BY id FOR NO KEY UPDATE;
      UPDATE leads
      SET "scoreInputsChangedAt" = greatest(
        date_trunc('milliseconds', clock_timestamp()),
        "scoreCalculatedAt" + interval '1 millisecond'
      )
      WHERE id = ANY (lead_ids);
    END $$;

    CREATE FUNCTION interactions_came_or_went() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      PERFORM score_inputs_changed_of(ARRAY (SELECT DISTINCT "leadId" FROM changed));
      RETURN NULL;
    END $$;
    CREATE TRIGGER "interactions_scoreInputsInserted"
      AFTER INSERT ON interactions REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION interactions_came_or_went();
    CREATE TRIGGER "interactions_scoreInputsDeleted"
      AFTER DELETE ON interactions REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION interactions_came_or_went();

    -- Notes are not scored: only what differs in type, date or lead counts as a change.
    CREATE FUNCTION interactions_updated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      PERFORM score_inputs_changed_of(ARRAY (
        SELECT "leadId" FROM (
          SELECT id, type, date, "leadId" FROM before EXCEPT SELECT id, type, date, "leadId" FROM after
        ) AS gone
        UNION
        SELECT "leadId" FROM (
          SELECT id, type, date, "leadId" FROM after EXCEPT SELECT id, type, date, "leadId" FROM before
        ) AS come
      ));
      RETURN NULL;
    END $$;
    CREATE TRIGGER "interactions_scoreInputsUpdated"
      AFTER UPDATE ON interactions REFERENCING OLD TABLE AS before NEW TABLE AS after
      FOR EACH STATEMENT EXECUTE FUNCTION interactions_updated();

    CREATE FUNCTION interactions_truncated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      PERFORM score_inputs_changed_of(ARRAY (SELECT id FROM leads));
      RETURN NULL;
    END $$;
    CREATE TRIGGER "interactions_scoreInputsTruncated"
      AFTER TRUNCATE ON interactions
      FOR EACH STATEMENT EXECUTE FUNCTION interactions_truncated()`);
}

export async function down(context: MigrationContext): Promise<void> {
  await context.run(`
    DROP TRIGGER "interactions_scoreInputsTruncated" ON interactions;
    DROP TRIGGER "interactions_scoreInputsUpdated" ON interactions;
    DROP TRIGGER "interactions_scoreInputsDeleted" ON interactions;
    DROP TRIGGER "interactions_scoreInputsInserted" ON interactions;
    DROP TRIGGER "leads_scoreInputsChanged" ON leads;
    DROP FUNCTION interactions_truncated();
    DROP FUNCTION interactions_updated();
    DROP FUNCTION interactions_came_or_went();
    DROP FUNCTION score_inputs_changed_of(integer[]);
    DROP FUNCTION leads_score_inputs_changed();
    ALTER TABLE leads
      DROP COLUMN "scoreInputsChangedAt",
      DROP COLUMN "scoreParameters"`);
}
