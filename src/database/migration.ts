/** The connection of a migration, inside a transaction unless the migration is not transactional. */
export interface MigrationContext {
  /**
   * Runs statements. If one fails, the migration fails. Without a transaction, pass one statement at a time.
   */
  run(sql: string): Promise<void>;
  /** Reads rows; `$1` … are the parameters. */
  rows<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

/**
 * A change to the schema and its reversal. A released migration is never edited. `down` never drops an
 * extension: other programs may use it, and the migration cannot know whether it created it.
 */
export interface Migration {
  /**
   * False if the migration contains statements that PostgreSQL does not run inside a transaction, such as
   * CREATE INDEX CONCURRENTLY. Such a migration must be able to run again after a partial failure.
   */
  readonly isTransactional?: boolean;
  /** For each table, the condition of the rows that `up` inserts. They are not lost if the migration is undone. */
  readonly ownRows?: Readonly<Record<string, string>>;
  up(context: MigrationContext): Promise<void>;
  down(context: MigrationContext): Promise<void>;
}

/**
 * The database is in a state to which a migration must not be applied. The message contains the remedy for
 * the operator.
 */
export class MigrationPreconditionError extends Error {
  override readonly name = 'MigrationPreconditionError';
}
