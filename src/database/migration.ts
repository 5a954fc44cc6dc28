/** The connection of a migration, inside a transaction unless the migration is not transactional. */
export interface MigrationContext {
  /** Runs statements. The migration fails if one fails; without a transaction, pass one statement at a time. */
  run(sql: string): Promise<void>;
  /** Reads rows; `$1` … stand for the parameters. */
  rows<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

/**
 * One change to the schema and its undoing. A migration that was released is never edited. `down` never drops an
 * extension: other programs may use it, and the migration cannot tell whether it created it.
 */
export interface Migration {
  /**
   * False if the migration has statements that PostgreSQL does not run inside a transaction, such as CREATE INDEX
   * CONCURRENTLY. Such a migration must be able to start again after an attempt that failed half-way.
   */
  readonly isTransactional?: boolean;
  up(context: MigrationContext): Promise<void>;
  down(context: MigrationContext): Promise<void>;
}

/** A state of the database that a migration must not touch; the message says what to do, in the operator's words. */
export class MigrationPreconditionError extends Error {
  override readonly name = 'MigrationRefusal';
}
