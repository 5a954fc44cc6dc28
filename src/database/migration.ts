/** What a migration works with: one connection, inside the transaction that is the migration's own. */
export interface MigrationContext {
  /** Runs statements; the migration fails, and leaves nothing behind, where one fails. */
  run(sql: string): Promise<void>;
  /** Reads rows; `$1` … stand for the parameters. */
  rows<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

/** One change to the schema and its undoing. A migration that was released is never edited. */
export interface Migration {
  up(context: MigrationContext): Promise<void>;
  down(context: MigrationContext): Promise<void>;
}

/** A state of the database that a migration must not touch; the message says what to do, in the operator's words. */
export class MigrationRefusal extends Error {
  override readonly name = 'MigrationRefusal';
}
