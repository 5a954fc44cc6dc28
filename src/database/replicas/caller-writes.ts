import { randomUUID } from 'node:crypto';
import { errorCodeOf } from '../connection-faults.js';
import { rejectedWrite, toDomainError } from '../database-errors.js';
import { DomainError } from '../../common/domain-error.js';
import type { PersistentConnection } from './persistent-connection.js';
import { walPosition, type WalPosition } from './wal-position.js';

/** Not a caller: all that was written before its position may be missing from the table, which a crash empties. */
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

/** $1: the caller, $2: the id of the write. What the caller wrote before is covered by it. */
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

/** No replica that is read from is so far behind. */
const FORGET_OLD = `
  DELETE FROM caller_writes WHERE caller <> '${EVERYBODY}' AND "createdAt" < clock_timestamp() - interval '10 minutes'`;

/** They say nothing about whether what was to be written has been. */
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
 * Keeps, in the primary, up to where each caller has written, so that any process knows which replicas show a caller its own
 * writes. While a caller writes, and where it is not known whether it has written, none does.
 */
export class CallerWrites {
  private waiting: Lookup | null = null;
  private running: Promise<unknown> = Promise.resolve();

  constructor(private readonly connection: PersistentConnection) {}

  /**
   * Does work that writes for a caller; whatever it has written is known of before this answers.
   * @throws SERVICE_UNAVAILABLE where the beginning cannot be noted; else whatever `work` throws
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
      // Where this fails, the write remains one that has not ended: the caller reads from the primary.
      if (isCertain) await this.connection.rows(END_WRITE, [caller, id]).catch(() => undefined);
    }
  }

  /**
   * What a replica must have replayed for the caller to read from it all that it has written before this call; null:
   * nobody knows, and it has to be the primary. @throws where the primary does not answer
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

  /** Those who ask while a look-up is under way share the next one: theirs must not have begun before they asked. */
  private lookUp(caller: string): Promise<Map<string, WritesRow>> {
    this.waiting ??= this.beginLookup();
    this.waiting.callers.add(caller);
    return this.waiting.rows;
  }

  private beginLookup(): Lookup {
    const callers = new Set([EVERYBODY]);
    const rows = this.running.then(async () => {
      // Whoever comes from now on comes too late for this one.
      this.waiting = null;
      const found = await this.connection.rows<WritesRow>(READ_WRITES, [[...callers]]);
      return new Map(found.map((row) => [row.caller, row]));
    });
    this.running = rows.catch(() => undefined);
    return { callers, rows };
  }
}
