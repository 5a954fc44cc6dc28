import type { MigrationContext } from '../src/database/migration.js';

/** Each batch is a transaction of its own. */
export const isTransactional = false;

/** Number of leads of one transaction. Other writers of these leads wait for it. */
const BATCH_SIZE = 1000;

/**
 * Begins the history of each lead that is older than migration 0027: with its present values, as if it had always had them, since
 * nothing else is known. If a lead has changed in the meantime, its first change contains the values of before.
 *
 * A failed attempt continues where it ended, because leads with a beginning are left out.
 */
export async function up(context: MigrationContext): Promise<void> {
  await context.run(`
    DO $$
    DECLARE
      moment timestamptz := date_trunc('milliseconds', clock_timestamp());
      after_id integer := -2147483648;
      ids integer[];
    BEGIN
      LOOP
        ids := ARRAY (SELECT id FROM leads WHERE id >= after_id ORDER BY id LIMIT ${BATCH_SIZE});
        EXIT WHEN cardinality(ids) = 0;
        PERFORM 1 FROM leads WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
        -- EXECUTE plans each batch again. A plan of the time when "lead_changes" was empty would read all of it for each lead.
        EXECUTE $insert$
          INSERT INTO lead_changes ("effectiveAt", "recordedAt", "leadId", "statusAfter", "budgetAfter", source, company, location,
            "emailDomain", "changedBy")
          SELECT greatest(least(lead."createdAt", $2), '0001-01-01 00:00:00+00'), $2, lead.id,
            coalesce(first."statusBefore", lead.status, 'new'),
            CASE WHEN first.id IS NULL THEN lead.budget ELSE first."budgetBefore" END,
            lead.source, lead.company, lead.location, email_domain(lead.email), 'migration'
          FROM leads AS lead
          LEFT JOIN LATERAL (
            SELECT * FROM lead_changes WHERE "leadId" = lead.id ORDER BY "effectiveAt", id LIMIT 1
          ) AS first ON true
          WHERE lead.id = ANY ($1)
            AND NOT EXISTS (SELECT FROM lead_changes WHERE "leadId" = lead.id AND "statusBefore" IS NULL)
        $insert$ USING ids, moment;
        COMMIT;
        EXIT WHEN ids[cardinality(ids)] = 2147483647;
        after_id := ids[cardinality(ids)] + 1;
      END LOOP;
    END $$`);
  await context.run('ANALYZE lead_changes');
}

/** Only the triggers of migration 0027 protect the rows, and they do not run here. */
export async function down(context: MigrationContext): Promise<void> {
  await context.run(`
    DO $$ BEGIN
      ALTER TABLE lead_changes DISABLE TRIGGER "lead_changes_deleteRejected";
      DELETE FROM lead_changes WHERE "changedBy" = 'migration';
      ALTER TABLE lead_changes ENABLE TRIGGER "lead_changes_deleteRejected";
    END $$`);
}
