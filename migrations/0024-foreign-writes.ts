import type { MigrationContext } from '../src/database/migration.js';

/** The columns of a lead's contact state, with the values of a lead without interactions. */
const EMPTY_STATE = {
  lastInteractionAt: 'NULL',
  lastContactAt: 'NULL',
  nextInteractionAt: 'NULL',
  nextContactAt: 'NULL',
  meetingCount: '0',
  callCount: '0',
  emailCount: '0',
  outboundEmailCount: '0',
  meetingWeight: '0',
  callWeight: '0',
  emailWeight: '0',
  outboundEmailWeight: '0',
} as const;

const STATE = Object.keys(EMPTY_STATE);
const SCORE = ['activityScore', 'recencyPoints', 'engagementPoints', 'budgetPoints', 'statusPoints'];

const row = (prefix: string, columns: readonly string[]): string =>
  columns.map((column) => `${prefix}"${column}"`).join(', ');

/**
 * Makes contact states and scores right if another program writes the columns that triggers maintain, such as a restore
 * of single rows, or a copy of a lead:
 * - A new lead has no interactions yet, so its contact state is empty. Its interactions are added when they are inserted.
 * - After an update of a contact state outside the triggers of `interactions`, the state is computed from the interactions.
 * - A score that did not come from the formula is valid until '-infinity', so it is compared with the formula.
 * - The rows of `lead_scores` and `lead_summaries` follow a lead whose id changes.
 */
export async function up(context: MigrationContext): Promise<void> {
  await context.run(`
    CREATE FUNCTION leads_inserted_with_state() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      ${Object.entries(EMPTY_STATE)
        .map(([column, value]) => `NEW."${column}" := ${value};`)
        .join('\n      ')}
      NEW."scoreValidUntil" := '-infinity';
      RETURN NEW;
    END $$;
    CREATE TRIGGER "leads_insertedWithState"
      BEFORE INSERT ON leads
      FOR EACH ROW
      WHEN (NEW."scoreValidUntil" IS NOT NULL
        OR (${row('NEW.', STATE)}) IS DISTINCT FROM (${Object.values(EMPTY_STATE).join(', ')}))
      EXECUTE FUNCTION leads_inserted_with_state();

    -- The triggers of "interactions" update the state one level deeper.
    CREATE FUNCTION leads_foreign_state() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF pg_trigger_depth() = 1 THEN NEW."nextInteractionAt" := '-infinity'; END IF;
      RETURN NEW;
    END $$;
    -- PostgreSQL runs triggers in the order of their names, and "leads_score" has to find the unknown state.
    CREATE TRIGGER "leads_foreignState"
      BEFORE UPDATE OF ${row('', STATE)} ON leads
      FOR EACH ROW
      WHEN (coalesce(current_setting('lead_scoring.as_of', true), '') = ''
        AND (${row('OLD.', STATE)}) IS DISTINCT FROM (${row('NEW.', STATE)}))
      EXECUTE FUNCTION leads_foreign_state();

    -- "leads_score" overwrites this if the update also changes what the score depends on.
    CREATE FUNCTION leads_foreign_score() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW."scoreValidUntil" := '-infinity';
      RETURN NEW;
    END $$;
    CREATE TRIGGER "leads_foreignScore"
      BEFORE UPDATE OF ${row('', SCORE)} ON leads
      FOR EACH ROW
      WHEN (coalesce(current_setting('lead_scoring.as_of', true), '') = ''
        AND (${row('OLD.', SCORE)}) IS DISTINCT FROM (${row('NEW.', SCORE)}))
      EXECUTE FUNCTION leads_foreign_score();

    -- Before the update: the foreign key of "interactions" then changes the lead under its new id.
    CREATE FUNCTION leads_renumbered() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      UPDATE lead_scores SET "leadId" = NEW.id WHERE "leadId" = OLD.id;
      UPDATE lead_summaries SET "leadId" = NEW.id WHERE "leadId" = OLD.id;
      RETURN NEW;
    END $$;
    CREATE TRIGGER leads_renumbered
      BEFORE UPDATE OF id ON leads
      FOR EACH ROW
      WHEN (OLD.id <> NEW.id)
      EXECUTE FUNCTION leads_renumbered()`);
}

export async function down(context: MigrationContext): Promise<void> {
  await context.run(`
    DROP TRIGGER leads_renumbered ON leads;
    DROP FUNCTION leads_renumbered();
    DROP TRIGGER "leads_foreignScore" ON leads;
    DROP FUNCTION leads_foreign_score();
    DROP TRIGGER "leads_foreignState" ON leads;
    DROP FUNCTION leads_foreign_state();
    DROP TRIGGER "leads_insertedWithState" ON leads;
    DROP FUNCTION leads_inserted_with_state()`);
}
