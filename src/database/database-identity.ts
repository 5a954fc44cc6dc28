/** What tells a database from every other. A streaming replica has the same as its primary. */
export interface DatabaseIdentity {
  /** Of the cluster and its replicas. */
  readonly system: string;
  /** The database's number in its cluster. */
  readonly database: string;
  /** The number of the table of leads that a session finds in its search path; null: it finds none. */
  readonly table: string | null;
}

/** SQL of the columns of a `DatabaseIdentity`. */
export const IDENTITY_COLUMNS = `
  (SELECT system_identifier::text FROM pg_control_system()) AS system,
  (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS database,
  to_regclass('leads')::oid::text AS "table"`;

/** How a database differs from another, for people; null: it is the same. */
export function differenceOf(one: DatabaseIdentity, other: DatabaseIdentity): string | null {
  if (one.system !== other.system) return 'another PostgreSQL server';
  if (one.database !== other.database) return 'another database of the same server';
  return one.table === other.table ? null : 'another schema of the same database';
}
