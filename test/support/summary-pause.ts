import type { Connection } from './connection.js';
import type { Pause } from './recalculation-pause.js';

const GATE = 43;

/**
 * Pauses transactions that save a summary until the gate is opened. `connection` has the lock of the gate.
 * Afterwards the trigger remains, but no longer waits.
 */
export async function pauseSummaries(connection: Connection): Promise<Pause> {
  await connection.rows(`
    CREATE OR REPLACE FUNCTION pause_summary() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_advisory_xact_lock_shared(${GATE});
      RETURN NULL;
    END $$;
    CREATE TRIGGER pause_summary AFTER INSERT ON summary_generations
    FOR EACH ROW EXECUTE FUNCTION pause_summary()`);
  await connection.rows(`SELECT pg_advisory_lock(${GATE})`);
  return {
    open: async () => {
      await connection.rows(`SELECT pg_advisory_unlock(${GATE})`);
    },
  };
}
