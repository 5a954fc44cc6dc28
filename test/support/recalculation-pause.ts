import { ADVISORY_LOCKS } from '../../src/database/advisory-locks.js';
import type { Connection } from './connection.js';

const GATE = 42;

/**
 * Pauses recalculations and imports inside PostgreSQL until the gate is opened; other writers are not paused.
 * `connection` has the lock of the gate, so it cannot wait for it.
 */
export interface Pause {
  open(): Promise<void>;
}

/** Pauses when a recalculation begins to write leads: its statement has its snapshot, but no row locks. */
export function pauseBeforeWriting(connection: Connection): Promise<Pause> {
  return pauseAt(
    connection,
    'CREATE TRIGGER pause BEFORE UPDATE ON leads FOR EACH STATEMENT EXECUTE FUNCTION pause()',
  );
}

/** Pauses when a recalculation has written all leads, before it commits. */
export function pauseBeforeCommit(connection: Connection): Promise<Pause> {
  return pauseAt(
    connection,
    `CREATE CONSTRAINT TRIGGER pause AFTER UPDATE ON leads DEFERRABLE INITIALLY DEFERRED
     FOR EACH ROW EXECUTE FUNCTION pause()`,
  );
}

/** Pauses an import when it has inserted leads. Recalculations insert none. */
export function pauseAfterInserting(connection: Connection): Promise<Pause> {
  return pauseAt(
    connection,
    'CREATE TRIGGER pause AFTER INSERT ON leads FOR EACH STATEMENT EXECUTE FUNCTION pause()',
  );
}

async function pauseAt(connection: Connection, trigger: string): Promise<Pause> {
  await connection.rows(`
    CREATE OR REPLACE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'
                 AND objid = ${ADVISORY_LOCKS.bulkScoring} AND granted) THEN
        PERFORM set_config('lock_timeout', '0', true);
        PERFORM pg_advisory_xact_lock_shared(${GATE});
      END IF;
      RETURN NULL;
    END $$;
    ${trigger}`);
  await connection.rows(`SELECT pg_advisory_lock(${GATE})`);
  return {
    open: async () => {
      await connection.rows(`SELECT pg_advisory_unlock(${GATE})`);
    },
  };
}
