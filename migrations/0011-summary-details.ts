import type { MigrationContext } from '../src/database/migration.js';

/** The columns of a lead that its summary depends on. */
const FACTS = '"firstName", "lastName", company, location, source, status, budget';

const rowOf = (row: 'OLD' | 'NEW'): string =>
  `(${FACTS.split(', ')
    .map((column) => `${row}.${column}`)
    .join(', ')})`;

/**
 * `lead_summaries` has the details of a summary: its parts, its writer and a hash of its input. So a change of the input
 * is detected, and the same input is not paid for twice. Clients still show `summary`, `summaryGeneratedAt` and
 * `summarySource` of the lead. A row whose `generatedAt` differs from that of the lead belongs to an earlier text.
 *
 * `mayBeStale` and `sameUntil` show cheaply which of a million summaries certainly have unchanged facts. Triggers set
 * `mayBeStale` for every program that writes. At `sameUntil`, a planned interaction takes place. The triggers lock the
 * lead first, as does the transaction that saves a summary, so that neither misses the other.
 *
 * `summary_generations` is the ledger: one row for each call of a writer, with its outcome and the usage that the
 * provider reported. Its rows remain when the lead is deleted.
 *
 * `summary_leases` records which process writes the summary of a lead, so that no other process does at the same time.
 * That process has an advisory lock until it ends.
 */
export async function up(context: MigrationContext): Promise<void> {
  await context.run(`
    CREATE TABLE lead_summaries (
      "leadId" integer PRIMARY KEY,
      headline text,
      "keyPoints" jsonb NOT NULL,
      "nextStep" text,
      "withheldInteractionIds" integer[] NOT NULL,
      writer varchar(32) NOT NULL,
      model text,
      "promptVersion" integer,
      "costUsd" double precision,
      "inputHash" varchar(32) NOT NULL,
      "writerVersion" varchar(32) NOT NULL,
      "generatedAt" timestamptz NOT NULL,
      "mayBeStale" boolean NOT NULL,
      "sameUntil" timestamptz
    );

    CREATE TABLE summary_generations (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      "leadId" integer NOT NULL,
      "batchId" integer,
      outcome varchar(64) NOT NULL,
      "inputHash" varchar(32) NOT NULL,
      "writerVersion" varchar(32) NOT NULL,
      writer varchar(32) NOT NULL,
      model text,
      "generationId" text,
      "requestCount" integer NOT NULL,
      "promptTokens" integer,
      "completionTokens" integer,
      "costUsd" double precision,
      "latencyMs" integer NOT NULL,
      "createdAt" timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    CREATE INDEX "summary_generations_leadId_idx" ON summary_generations ("leadId", id);
    CREATE INDEX "summary_generations_batchId_idx" ON summary_generations ("batchId") WHERE "batchId" IS NOT NULL;

    CREATE TABLE summary_leases (
      "leadId" integer PRIMARY KEY,
      holder varchar(64) NOT NULL,
      "acquiredAt" timestamptz NOT NULL DEFAULT clock_timestamp()
    );

    CREATE FUNCTION leads_were_removed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      DELETE FROM lead_summaries WHERE "leadId" IN (SELECT id FROM removed);
      RETURN NULL;
    END $$;
    CREATE TRIGGER "leads_summariesRemoved"
      AFTER DELETE ON leads REFERENCING OLD TABLE AS removed
      FOR EACH STATEMENT EXECUTE FUNCTION leads_were_removed();

    CREATE FUNCTION leads_were_truncated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      DELETE FROM lead_summaries;
      RETURN NULL;
    END $$;
    CREATE TRIGGER "leads_summariesTruncated"
      AFTER TRUNCATE ON leads
      FOR EACH STATEMENT EXECUTE FUNCTION leads_were_truncated();

    CREATE FUNCTION leads_summary_facts_changed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      UPDATE lead_summaries SET "mayBeStale" = true WHERE "leadId" = NEW.id AND NOT "mayBeStale";
      RETURN NULL;
    END $$;
    CREATE TRIGGER "leads_summaryFactsChanged"
      AFTER UPDATE OF ${FACTS} ON leads
      FOR EACH ROW
      WHEN (${rowOf('OLD')} IS DISTINCT FROM ${rowOf('NEW')})
      EXECUTE FUNCTION leads_summary_facts_changed();

    CREATE FUNCTION summary_facts_changed_of(lead_ids integer[]) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      PERFORM 1 FROM leads WHERE id = ANY (lead_ids) ORDER BY id FOR NO KEY UPDATE;
      UPDATE lead_summaries SET "mayBeStale" = true WHERE "leadId" = ANY (lead_ids) AND NOT "mayBeStale";
    END $$;

    CREATE FUNCTION interactions_summary_facts_came_or_went() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      PERFORM summary_facts_changed_of(ARRAY (SELECT DISTINCT "leadId" FROM changed));
      RETURN NULL;
    END $$;
    CREATE TRIGGER "interactions_summaryFactsInserted"
      AFTER INSERT ON interactions REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION interactions_summary_facts_came_or_went();
    CREATE TRIGGER "interactions_summaryFactsDeleted"
      AFTER DELETE ON interactions REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION interactions_summary_facts_came_or_went();

    CREATE FUNCTION interactions_summary_facts_updated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      PERFORM summary_facts_changed_of(ARRAY (
        SELECT "leadId" FROM (
          SELECT id, type, date, notes, "leadId" FROM before EXCEPT SELECT id, type, date, notes, "leadId" FROM after
        ) AS gone
        UNION
        SELECT "leadId" FROM (
          SELECT id, type, date, notes, "leadId" FROM after EXCEPT SELECT id, type, date, notes, "leadId" FROM before
        ) AS come
      ));
      RETURN NULL;
    END $$;
    CREATE TRIGGER "interactions_summaryFactsUpdated"
      AFTER UPDATE ON interactions REFERENCING OLD TABLE AS before NEW TABLE AS after
      FOR EACH STATEMENT EXECUTE FUNCTION interactions_summary_facts_updated();

    CREATE FUNCTION interactions_summary_facts_truncated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      UPDATE lead_summaries SET "mayBeStale" = true WHERE NOT "mayBeStale";
      RETURN NULL;
    END $$;
    CREATE TRIGGER "interactions_summaryFactsTruncated"
      AFTER TRUNCATE ON interactions
      FOR EACH STATEMENT EXECUTE FUNCTION interactions_summary_facts_truncated()`);
}

export async function down(context: MigrationContext): Promise<void> {
  await context.run(`
    DROP TRIGGER "interactions_summaryFactsTruncated" ON interactions;
    DROP TRIGGER "interactions_summaryFactsUpdated" ON interactions;
    DROP TRIGGER "interactions_summaryFactsDeleted" ON interactions;
    DROP TRIGGER "interactions_summaryFactsInserted" ON interactions;
    DROP TRIGGER "leads_summaryFactsChanged" ON leads;
    DROP FUNCTION interactions_summary_facts_truncated();
    DROP FUNCTION interactions_summary_facts_updated();
    DROP FUNCTION interactions_summary_facts_came_or_went();
    DROP FUNCTION summary_facts_changed_of(integer[]);
    DROP FUNCTION leads_summary_facts_changed();
    DROP TRIGGER "leads_summariesTruncated" ON leads;
    DROP TRIGGER "leads_summariesRemoved" ON leads;
    DROP FUNCTION leads_were_truncated();
    DROP FUNCTION leads_were_removed();
    DROP TABLE summary_leases, summary_generations, lead_summaries`);
}
