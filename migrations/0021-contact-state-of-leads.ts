import type { MigrationContext } from '../src/database/migration.js';

/** Indexes are built concurrently, and the states of leads are written in transactions of their own. */
export const isTransactional = false;

const INDEXES = {
  lead_scores_refreshAt_idx: '("refreshAt")',
  lead_scores_open_idx: '(score, "leadId") WHERE "isOpen"',
} as const;

/** Number of leads whose state is computed in one transaction. Other writers of these leads wait for it. */
const BATCH_SIZE = 1000;

/**
 * Makes the trigger `leads_score` compute the contact state of every lead from its interactions, and records in `lead_scores`
 * which leads are closed. The scores stay as they are: the server refreshes them. Each batch is a transaction of its own, so a
 * failed attempt continues where it ended. A lead that the database rejects keeps its unknown state until it is scored.
 */
export async function up(context: MigrationContext): Promise<void> {
  await dropIndexes(context);
  for (const [name, definition] of Object.entries(INDEXES)) {
    await context.run(`CREATE INDEX CONCURRENTLY "${name}" ON lead_scores ${definition}`);
  }
  await context.run(`
    DO $$
    DECLARE
      after_id integer := -2147483648;
      ids integer[];
      id_of_one integer;
    BEGIN
      LOOP
        ids := ARRAY (SELECT id FROM leads WHERE id >= after_id ORDER BY id LIMIT ${BATCH_SIZE});
        EXIT WHEN cardinality(ids) = 0;
        PERFORM set_config('lead_scoring.as_of', date_trunc('milliseconds', clock_timestamp())::text, true);
        BEGIN
          PERFORM 1 FROM leads WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
          UPDATE leads SET "nextInteractionAt" = '-infinity' WHERE id = ANY (ids) AND "nextInteractionAt" = '-infinity';
        EXCEPTION WHEN integrity_constraint_violation OR data_exception OR raise_exception THEN
          FOREACH id_of_one IN ARRAY ids LOOP
            BEGIN
              UPDATE leads SET "nextInteractionAt" = '-infinity' WHERE id = id_of_one AND "nextInteractionAt" = '-infinity';
            EXCEPTION WHEN integrity_constraint_violation OR data_exception OR raise_exception THEN
              NULL;
            END;
          END LOOP;
        END;
        UPDATE lead_scores SET "isOpen" = false FROM leads
        WHERE leads.id = "leadId" AND leads.id = ANY (ids) AND "isOpen" AND NOT is_open_status(leads.status);
        COMMIT;
        EXIT WHEN ids[cardinality(ids)] = 2147483647;
        after_id := ids[cardinality(ids)] + 1;
      END LOOP;
    END $$`);
  await context.run('ANALYZE lead_scores');
}

export async function down(context: MigrationContext): Promise<void> {
  await dropIndexes(context);
}

/** A failed attempt may have built some of the indexes, the last one invalid. */
async function dropIndexes(context: MigrationContext): Promise<void> {
  for (const name of Object.keys(INDEXES)) {
    await context.run(`DROP INDEX CONCURRENTLY IF EXISTS "${name}"`);
  }
}
