import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { OperatorError } from '../common/operator-error.js';
import { openSession } from './session.js';
import { queryUnlimited } from './session-settings.js';

const TIME_LIMIT_MS = 10_000;
const OTHERS_TIME_LIMIT_MS = 3_000;

/**
 * A pooler assigns its idle connections to these sessions one by one, until it must reassign that of the
 * first session.
 */
const OTHER_SESSIONS = 3;

/** A setting that nothing else uses. Its value identifies the session that has set it. */
const MARK = 'lead_scoring.session_mark';
/** @param mark a UUID */
const setMark = (mark: string) => `SELECT set_config('${MARK}', '${mark}', false)`;
const READ_MARK = `SELECT current_setting('${MARK}', true) AS mark`;

/** PostgreSQL allows a transaction in any session. PgBouncer in statement mode responds with this code. */
const PROTOCOL_VIOLATION = '08P01';

/**
 * Ensures that a session at this address is one PostgreSQL session from beginning to end. A pooler in
 * transaction or statement mode does not provide this: a setting of one session is lost, or appears in
 * another session. A pooler in session mode and a TCP proxy behave like PostgreSQL.
 * @throws OperatorError if it is not; the driver's error if the database cannot be used
 */
export async function ensureOwnSessions(url: string): Promise<void> {
  const first = await open(url, TIME_LIMIT_MS);
  const others: pg.Client[] = [];
  try {
    const mark = randomUUID();
    await queryUnlimited(first, setMark(mark));
    for (let count = 0; count < OTHER_SESSIONS; count += 1) {
      // A server or a pooler in session mode may have no connections left, which proves nothing.
      const other = await open(url, OTHERS_TIME_LIMIT_MS).catch(() => null);
      if (other === null) return;
      others.push(other);
      if ((await markWithinTransaction(other)) === mark) throw new SharedSessionsError();
      const [found] = await queryUnlimited<{ mark: string | null }>(first, READ_MARK);
      if (found?.mark !== mark) throw new SharedSessionsError();
    }
  } finally {
    await Promise.all([first, ...others].map((session) => session.end().catch(() => undefined)));
  }
}

class SharedSessionsError extends OperatorError {
  constructor(options?: ErrorOptions) {
    super(
      'DATABASE_URL leads to a connection pooler in transaction or statement mode, which does not keep a session on one connection to PostgreSQL. Set DATABASE_POOLER_URL to this address, and DATABASE_URL to that of PostgreSQL itself.',
      options,
    );
  }
}

/** Opened as pooled, so that it changes few settings of a session that other clients may get. */
const open = (url: string, timeLimitMs: number): Promise<pg.Client> =>
  openSession({
    url,
    purpose: 'session check',
    connectTimeoutMs: timeLimitMs,
    queryTimeoutMs: timeLimitMs,
    isPooled: true,
  });

/** The transaction stays open, so that a pooler cannot assign its connection to another session. */
async function markWithinTransaction(session: pg.Client): Promise<string | null | undefined> {
  try {
    await session.query('BEGIN; SET LOCAL statement_timeout = 0');
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== PROTOCOL_VIOLATION) throw error;
    throw new SharedSessionsError({ cause: error });
  }
  const { rows } = await session.query<{ mark: string | null }>(READ_MARK);
  return rows[0]?.mark;
}
