import type pg from 'pg';

/** A setting of PostgreSQL, its value, and the major version from which on it exists. */
type Setting = readonly [name: string, value: string, sinceVersion?: number];

/**
 * What the statements and the driver rely on, whatever the role, the database or the server has as a default.
 * PostgreSQL reports these to its clients, so a pooler in transaction mode keeps them apart for each client.
 */
const REPORTED_SETTINGS: readonly Setting[] = [
  ['client_encoding', 'UTF8'],
  ['standard_conforming_strings', 'on'],
  // The driver reads instants in the ISO format alone, and in UTC they are read fastest.
  ['DateStyle', 'ISO, YMD'],
  ['TimeZone', 'UTC'],
];

/**
 * As above, but not reported: set in each transaction as well, since a pooler in transaction mode loses them.
 * `default_transaction_read_only` is not among them: it is how operators keep a database from being written to.
 */
const TRANSACTION_SETTINGS: readonly Setting[] = [
  ['IntervalStyle', 'postgres'],
  ['bytea_output', 'hex'],
  // Floating-point numbers are read with all their digits.
  ['extra_float_digits', '1'],
  ['array_nulls', 'on'],
  // The server ends statements itself, and a recalculation or an import takes as long as it takes.
  ['statement_timeout', '0'],
  ['lock_timeout', '0'],
  ['idle_in_transaction_session_timeout', '0'],
  ['transaction_timeout', '0', 17],
];

const SESSION_SETTINGS: readonly Setting[] = [
  ['client_min_messages', 'warning'],
  // Sessions that listen, hold a lock or wait in the pool are idle for hours.
  ['idle_session_timeout', '0', 14],
  ['default_transaction_isolation', 'read committed'],
  ['default_transaction_deferrable', 'off'],
];

/**
 * The statements that prepare a new session. They read no table and take no snapshot, so they also work on a standby
 * whose default isolation level is serializable.
 * @param isPooled whether the session goes through a pooler in transaction mode
 */
export function prepareSession(serverVersion: number, isPooled: boolean): string {
  const settings = isPooled
    ? REPORTED_SETTINGS
    : [...REPORTED_SETTINGS, ...TRANSACTION_SETTINGS, ...SESSION_SETTINGS];
  return statements('SET', settings, serverVersion);
}

/**
 * The statements that begin a transaction. READ COMMITTED is asked for by name: each statement has to see what was
 * committed while the one before it waited for a lock.
 */
export const beginTransaction = (serverVersion: number): string =>
  `START TRANSACTION ISOLATION LEVEL READ COMMITTED; ${statements('SET LOCAL', TRANSACTION_SETTINGS, serverVersion)}`;

/**
 * Runs a statement in a session through a pooler, as a transaction in which no time limit of the database applies.
 * @param statement without parameters
 */
export async function queryUnlimited<Row extends pg.QueryResultRow>(
  session: pg.Client,
  statement: string,
): Promise<Row[]> {
  // One message, which PostgreSQL answers with one result for each of its statements.
  const text = `BEGIN; SET LOCAL statement_timeout = 0; ${statement}; COMMIT`;
  const [, , result] = (await session.query(text)) as unknown as pg.QueryResult<Row>[];
  return result?.rows ?? [];
}

const statements = (verb: 'SET' | 'SET LOCAL', settings: readonly Setting[], serverVersion: number): string =>
  settings
    .filter(([, , since = 0]) => serverVersion >= since)
    .map(([name, value]) => `${verb} ${name} = '${value}'`)
    .join('; ');
