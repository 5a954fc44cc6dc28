import pg from 'pg';

/** A PostgreSQL setting, its value, and the first major version that has it. */
type Setting = readonly [name: string, value: string, sinceVersion?: number];

/**
 * Settings on which the statements and the driver rely, regardless of the defaults of the role, database or
 * server. PostgreSQL reports these to its clients, so a pooler in transaction mode restores them for each
 * client.
 */
const REPORTED_SETTINGS: readonly Setting[] = [
  ['client_encoding', 'UTF8'],
  ['standard_conforming_strings', 'on'],
  // The driver parses timestamps in ISO format only, and UTC is the fastest to parse.
  ['DateStyle', 'ISO, YMD'],
  ['TimeZone', 'UTC'],
];

/**
 * More such settings, but not reported. They are set in each transaction too, since a pooler in transaction
 * mode loses them. `default_transaction_read_only` is not included: operators use it to make a database
 * read-only.
 */
const TRANSACTION_SETTINGS: readonly Setting[] = [
  ['IntervalStyle', 'postgres'],
  ['bytea_output', 'hex'],
  // Returns floating-point numbers with all their digits.
  ['extra_float_digits', '1'],
  ['array_nulls', 'on'],
  // The server limits the time of statements itself, and recalculations and imports may take long.
  ['statement_timeout', '0'],
  ['lock_timeout', '0'],
  ['idle_in_transaction_session_timeout', '0'],
  ['transaction_timeout', '0', 17],
];

const SESSION_SETTINGS: readonly Setting[] = [
  ['client_min_messages', 'warning'],
  // Sessions that listen, hold a lock or wait in the pool may be idle for hours.
  ['idle_session_timeout', '0', 14],
  ['default_transaction_isolation', 'read committed'],
  ['default_transaction_deferrable', 'off'],
];

/**
 * The statements that prepare a new session. They read no table and take no snapshot, so they also work on a
 * standby whose default isolation level is serializable.
 * @param isPooled whether the session uses a pooler in transaction mode
 */
export function prepareSession(serverVersion: number, isPooled: boolean): string {
  const settings = isPooled
    ? REPORTED_SETTINGS
    : [...REPORTED_SETTINGS, ...TRANSACTION_SETTINGS, ...SESSION_SETTINGS];
  return statements('SET', settings, serverVersion);
}

/**
 * The statements that begin a transaction. READ COMMITTED is set explicitly: each statement must see changes
 * that were committed while the previous one waited for a lock.
 * @param caller the value of `lead_scoring.caller`; null: it is not set
 */
export function beginTransaction(serverVersion: number, caller: string | null): string {
  const settings = statements('SET LOCAL', TRANSACTION_SETTINGS, serverVersion);
  const setCaller = caller === null ? '' : `; SET LOCAL lead_scoring.caller = ${pg.escapeLiteral(caller)}`;
  return `START TRANSACTION ISOLATION LEVEL READ COMMITTED; ${settings}${setCaller}`;
}

/**
 * Runs a statement in a session through a pooler, in a transaction without a statement timeout.
 * @param statement without parameters
 */
export async function queryUnlimited<Row extends pg.QueryResultRow>(
  session: pg.Client,
  statement: string,
): Promise<Row[]> {
  // One message. PostgreSQL returns one result per statement.
  const text = `BEGIN; SET LOCAL statement_timeout = 0; ${statement}; COMMIT`;
  const [, , result] = (await session.query(text)) as unknown as pg.QueryResult<Row>[];
  return result?.rows ?? [];
}

const statements = (verb: 'SET' | 'SET LOCAL', settings: readonly Setting[], serverVersion: number): string =>
  settings
    .filter(([, , since = 0]) => serverVersion >= since)
    .map(([name, value]) => `${verb} ${name} = '${value}'`)
    .join('; ');
