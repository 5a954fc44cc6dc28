import type { MigrationContext } from '../src/database/migration.js';

/**
 * Records in `lead_scores` from which instant a score is right (`validFrom`), in addition to the instant until which it
 * is right (`refreshAt`). If the clock was set back, an index (migration 0023) finds the scores that are dated in the future. A
 * recalculation of all leads writes `validFrom` only if the score changes: `rescore_runs."asOf"` has its instant.
 *
 * The scores of existing rows are at most as new as this migration, unless they are dated in the future now.
 */
export async function up(context: MigrationContext): Promise<void> {
  await context.run(`
    UPDATE lead_scores SET "refreshAt" = '-infinity' FROM leads
    WHERE leads.id = "leadId" AND leads."scoreCalculatedAt" > clock_timestamp()`);
  await context.run(`
    ALTER TABLE lead_scores ADD COLUMN "validFrom" timestamptz NOT NULL DEFAULT now();
    ALTER TABLE lead_scores ALTER COLUMN "validFrom" SET DEFAULT '-infinity'`);
  await context.run(lead_scores_updated(`"validFrom" = coalesce(NEW."scoreCalculatedAt", '-infinity'),`));
  await context.run(`
    -- Returns leads whose score is dated in the future. A second allows for clocks of replicas that differ a little.
    -- A function, because PostgreSQL would plan for reading all leads, which is hardly ever necessary.
    CREATE FUNCTION leads_scored_in_the_future() RETURNS SETOF integer
    LANGUAGE plpgsql STABLE ROWS 10 SET search_path FROM CURRENT AS $$
    DECLARE
      future timestamptz := statement_timestamp() + interval '1 second';
    BEGIN
      RETURN QUERY SELECT "leadId" FROM lead_scores WHERE "validFrom" > future;
      IF EXISTS (SELECT FROM rescore_runs WHERE "asOf" > future) THEN
        RETURN QUERY SELECT id FROM leads WHERE "scoreCalculatedAt" > future;
      END IF;
    END $$`);
}

export async function down(context: MigrationContext): Promise<void> {
  await context.run('DROP FUNCTION leads_scored_in_the_future()');
  await context.run(lead_scores_updated(''));
  await context.run('ALTER TABLE lead_scores DROP COLUMN "validFrom"');
}

/** Like the function of migration 0020, but for one more assignment. */
const lead_scores_updated = (assignment: string): string => `
    -- A score that another program or the previous version has written is evaluated at once, as is one that is dated in the
    -- future.
    CREATE OR REPLACE FUNCTION lead_scores_updated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
      is_ours boolean := NEW."scoreParameters" IS NULL
        AND NEW."scoreCalculatedAt" <= clock_timestamp() + interval '1 second'
        AND NEW."activityScore" = NEW."recencyPoints" + NEW."engagementPoints" + NEW."budgetPoints" + NEW."statusPoints";
    BEGIN
      UPDATE lead_scores
      SET score = NEW."activityScore", ${assignment}
        "refreshAt" = CASE WHEN is_ours THEN coalesce(NEW."scoreValidUntil", '-infinity') ELSE '-infinity' END,
        "retryAt" = NULL
      WHERE "leadId" = NEW.id;
      RETURN NULL;
    END $$`;
