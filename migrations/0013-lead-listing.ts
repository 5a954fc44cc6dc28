import type { MigrationContext } from '../src/database/migration.js';

/**
 * Indexes for the orders and filters of lists of leads. Nulls come last in both directions, so a separate statement
 * reads them from the end of the same index.
 *
 * A recalculation writes the score of every lead. With an index on the score, PostgreSQL would also have to write all
 * other indexes. So the score for ordering is in a narrow table of its own. A trigger updates it when the score changes.
 * docs/performance.md has the figures.
 */
export async function up(context: MigrationContext): Promise<void> {
  await context.run(`
    CREATE EXTENSION IF NOT EXISTS pg_trgm;

    CREATE TABLE lead_scores (
      "leadId" integer PRIMARY KEY,
      score integer
    ) WITH (fillfactor = 70);
    INSERT INTO lead_scores ("leadId", score) SELECT id, "activityScore" FROM leads;
    CREATE INDEX lead_scores_score_idx ON lead_scores (score, "leadId");

    CREATE FUNCTION lead_scores_inserted() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      INSERT INTO lead_scores ("leadId", score) SELECT id, "activityScore" FROM inserted;
      RETURN NULL;
    END $$;
    CREATE TRIGGER "leads_scoresInserted"
      AFTER INSERT ON leads REFERENCING NEW TABLE AS inserted
      FOR EACH STATEMENT EXECUTE FUNCTION lead_scores_inserted();

    CREATE FUNCTION lead_scores_updated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      UPDATE lead_scores SET score = NEW."activityScore" WHERE "leadId" = NEW.id;
      RETURN NULL;
    END $$;
    CREATE TRIGGER "leads_scoresUpdated"
      AFTER UPDATE OF "activityScore" ON leads
      FOR EACH ROW
      WHEN (OLD."activityScore" IS DISTINCT FROM NEW."activityScore")
      EXECUTE FUNCTION lead_scores_updated();

    CREATE FUNCTION lead_scores_removed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      DELETE FROM lead_scores WHERE "leadId" IN (SELECT id FROM removed);
      RETURN NULL;
    END $$;
    CREATE TRIGGER "leads_scoresRemoved"
      AFTER DELETE ON leads REFERENCING OLD TABLE AS removed
      FOR EACH STATEMENT EXECUTE FUNCTION lead_scores_removed();

    CREATE FUNCTION lead_scores_truncated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      DELETE FROM lead_scores;
      RETURN NULL;
    END $$;
    CREATE TRIGGER "leads_scoresTruncated"
      AFTER TRUNCATE ON leads
      FOR EACH STATEMENT EXECUTE FUNCTION lead_scores_truncated();

    CREATE INDEX leads_name_idx ON leads (lower("lastName"), lower("firstName"), id);
    CREATE INDEX "leads_createdAt_idx" ON leads ("createdAt", id);
    CREATE INDEX leads_budget_idx ON leads (budget, id);
    CREATE INDEX "leads_lastContactAt_idx" ON leads ("lastContactAt", id);
    CREATE INDEX leads_status_idx ON leads (status);
    CREATE INDEX leads_source_idx ON leads (source);
    CREATE INDEX leads_company_idx ON leads (lower(company));
    CREATE INDEX leads_location_idx ON leads (lower(location));
    CREATE INDEX leads_search_idx ON leads USING gin (
      (lower(' ' || "firstName" || ' ' || "lastName" || ' ' || email || ' ' || coalesce(company, ''))) gin_trgm_ops
    );
    ANALYZE leads;
    ANALYZE lead_scores`);
}

export async function down(context: MigrationContext): Promise<void> {
  await context.run(`
    DROP INDEX leads_search_idx, leads_location_idx, leads_company_idx, leads_source_idx, leads_status_idx,
      "leads_lastContactAt_idx", leads_budget_idx, "leads_createdAt_idx", leads_name_idx;
    DROP TRIGGER "leads_scoresTruncated" ON leads;
    DROP TRIGGER "leads_scoresRemoved" ON leads;
    DROP TRIGGER "leads_scoresUpdated" ON leads;
    DROP TRIGGER "leads_scoresInserted" ON leads;
    DROP FUNCTION lead_scores_truncated();
    DROP FUNCTION lead_scores_removed();
    DROP FUNCTION lead_scores_updated();
    DROP FUNCTION lead_scores_inserted();
    DROP TABLE lead_scores;
    DROP EXTENSION IF EXISTS pg_trgm`);
}
