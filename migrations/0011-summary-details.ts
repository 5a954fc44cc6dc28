import type { MigrationContext } from '../src/database/migration.js';

/**
 * What stands behind a summary: its parts, who made it, and from which input, so that a change of any of it is
 * noticed and the same input is not paid for twice. `summary`, `summaryGeneratedAt` and `summarySource` of the lead
 * stay the text that clients show. A row whose `generatedAt` is not the lead's was made for an earlier text.
 *
 * `summary_generations` is the ledger: one row for every time a summary was asked for, whatever came of it, with what
 * the provider counted. It outlives its lead.
 *
 * `summary_leases` says who is having the summary of a lead written, so that nobody else does at the same time. Its
 * holder holds an advisory lock for as long as it lives.
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
      "generatedAt" timestamptz NOT NULL
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
      FOR EACH STATEMENT EXECUTE FUNCTION leads_were_truncated()`);
}

export async function down(context: MigrationContext): Promise<void> {
  await context.run(`
    DROP TRIGGER "leads_summariesTruncated" ON leads;
    DROP TRIGGER "leads_summariesRemoved" ON leads;
    DROP FUNCTION leads_were_truncated();
    DROP FUNCTION leads_were_removed();
    DROP TABLE summary_leases, summary_generations, lead_summaries`);
}
