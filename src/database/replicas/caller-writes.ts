import { randomUUID } from 'node:crypto';
import { errorCodeOf } from '../connection-errors.js';
import { rejectedWrite, toDomainError } from '../database-errors.js';
import { DomainError } from '../../common/domain-error.js';
import type { PersistentConnection } from '../persistent-connection.js';
import { walPosition, type WalPosition } from './primary-positions.js';

/**
 * The key of a row that is no caller. Writes before its position may be missing from the table, which a crash
 * empties.
 */
const EVERYBODY = '';

const READ_WRITES = `
  SELECT caller, max(position)::text AS position, bool_or(position IS NULL) AS "isWriting"
  FROM caller_writes WHERE caller = ANY ($1::text[]) GROUP BY caller`;

const BEGIN_TABLE = `
  INSERT INTO caller_writes (caller, "writeId", position)
  VALUES ('${EVERYBODY}', '00000000-0000-0000-0000-000000000000', pg_current_wal_insert_lsn())
  ON CONFLICT DO NOTHING`;

/** $1: the caller, $2: the id of the write. */
const BEGIN_WRITE = `INSERT INTO caller_writes (caller, "writeId") VALUES ($1, $2)`;

/** $1: the caller, $2: the id of the write. Earlier writes of the caller are covered by this one. */
const END_WRITE = `
  WITH here AS MATERIALIZED (SELECT pg_current_wal_insert_lsn() AS position),
  ended AS (
    INSERT INTO caller_writes (caller, "writeId", position) SELECT $1, $2, position FROM here
    ON CONFLICT (caller, "writeId") DO UPDATE SET position = excluded.position, "createdAt" = excluded."createdAt"
  )
  DELETE FROM caller_writes WHERE caller = $1 AND "writeId" IN (
    SELECT "writeId" FROM caller_writes
    WHERE caller = $1 AND position < (SELECT position FROM here) FOR UPDATE SKIP LOCKED
  )`;

/** Replicas in use are never that far behind. */
const FORGET_OLD = `
  DELETE FROM caller_writes WHERE caller <> '${EVERYBODY}' AND "createdAt" < clock_timestamp() - interval '10 minutes'`;

/** After these errors, it is unknown whether the data was written. */
const UNCERTAIN: ReadonlySet<string> = new Set(['SERVICE_UNAVAILABLE', 'REQUEST_TIMED_OUT']);

interface WritesRow {
  readonly caller: string;
  readonly position: string | null;
  readonly isWriting: boolean;
}

interface Lookup {
  readonly callers: Set<string>;
  readonly rows: Promise<Map<string, WritesRow>>;
}

/**
 * Stores, in the primary, the WAL position of each caller's latest write. So any process knows which replicas
 * contain a caller's own writes. While a caller writes, and if the outcome of a write is unknown, no replica
 * qualifies.
 */
export class CallerWrites {
  private waiting: Lookup | null = null;
  private running: Promise<unknown> = Promise.resolve();

  constructor(private readonly connection: PersistentConnection) {}

  /**
   * Runs work that writes for a caller. Its writes are recorded before the promise resolves.
   * @throws SERVICE_UNAVAILABLE if its start cannot be recorded; otherwise the error of `work`
   */
  async whileWriting<Result>(caller: string, work: () => Result | Promise<Result>): Promise<Result> {
    const id = randomUUID();
    try {
      await this.connection.rows(BEGIN_WRITE, [caller, id]);
    } catch (error) {
      // A standby cannot even read the table, which is unlogged.
      if (errorCodeOf(error) === '0A000') throw rejectedWrite(error);
      throw toDomainError(error) ?? error;
    }
    let isCertain = true;
    try {
      return await work();
    } catch (error) {
      isCertain = error instanceof DomainError && !UNCERTAIN.has(error.code);
      throw error;
    } finally {
      // If this fails, the write counts as unfinished: the caller keeps reading from the primary.
      if (isCertain) await this.connection.rows(END_WRITE, [caller, id]).catch(() => undefined);
    }
  }

  /**
   * The position that a replica must have replayed to contain all writes of the caller before this call;
   * null: it is unknown, so the primary must be used. @throws if the primary does not respond
   */
  async requiredFor(caller: string): Promise<WalPosition | null> {
    const rows = await this.lookUp(caller);
    const everybody = rows.get(EVERYBODY)?.position;
    if (everybody == null) {
      await this.connection.rows(BEGIN_TABLE);
      return null;
    }
    const own = rows.get(caller);
    if (own?.isWriting === true) return null;
    const [floor, position] = [walPosition(everybody), walPosition(own?.position ?? '0/0')];
    return floor > position ? floor : position;
  }

  async forgetOld(): Promise<void> {
    await this.connection.rows(FORGET_OLD);
  }

  /** Calls that arrive during a query share the next one, which must start after all of them. */
  private lookUp(caller: string): Promise<Map<string, WritesRow>> {
    this.waiting ??= this.beginLookup();
    this.waiting.callers.add(caller);
    return this.waiting.rows;
  }

  private beginLookup(): Lookup {
    const callers = new Set([EVERYBODY]);
    const rows = this.running.then(async () => {
      // From now on, new calls need the next query.
      this.waiting = null;
      const found = await this.connection.rows<WritesRow>(READ_WRITES, [[...callers]]);
      return new Map(found.map((row) => [row.caller, row]));
    });
    this.running = rows.catch(() => undefined);
    return { callers, rows };
  }
}
