/**
 * SQL of the status of a record of work that has an advisory lock until its end. A record with status `running` but without the
 * lock is of a dead process. Record and locks are not read atomically: work that has just ended may look dead, but not when it is
 * read again.
 * @param lockClass the first key of the lock; the second is the id of the record
 */
export const liveStatus = (table: string, lockClass: number): string => `
  CASE WHEN status = 'running' AND NOT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND classid = ${lockClass} AND objid = ${table}.id AND objsubid = 2
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  ) THEN 'interrupted' ELSE status END`;

/** A statement that changes records, and notifies a channel with the id of each. It returns their ids. */
export const notifying = (channel: string, change: string): string => `
  WITH changed AS (${change} RETURNING id)
  SELECT id, pg_notify('${channel}', id::text) FROM changed`;
