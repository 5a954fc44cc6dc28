/** Identifies a database. A streaming replica has the same identity as its primary. */
export interface DatabaseIdentity {
  /** The system identifier of the cluster and its replicas. */
  readonly system: string;
  /** The OID of the database in its cluster. */
  readonly database: string;
  /** The OID of the table `leads` in the search path of the session; null: there is none. */
  readonly table: string | null;
}

/** The SQL columns of a `DatabaseIdentity`. */
export const IDENTITY_COLUMNS = `
  (SELECT system_identifier::text FROM pg_control_system()) AS system,
  (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS database,
  to_regclass('leads')::oid::text AS "table"`;

/** The difference between two databases, for messages; null: they are the same. */
export function differenceOf(one: DatabaseIdentity, other: DatabaseIdentity): string | null {
  if (one.system !== other.system) return 'another PostgreSQL server';
  if (one.database !== other.database) return 'another database of the same server';
  return one.table === other.table ? null : 'another schema of the same database';
}
