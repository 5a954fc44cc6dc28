import { type DatabaseIdentity, IDENTITY_COLUMNS } from '../database-identity.js';
import type { PersistentConnection } from '../persistent-connection.js';

/**
 * A position in PostgreSQL's write-ahead log, in bytes from its beginning. A replica that has replayed up to
 * a position contains everything that was committed before it.
 */
export type WalPosition = bigint;

/** @param text a `pg_lsn` in the format of PostgreSQL, such as `16/B374D848` */
export function walPosition(text: string): WalPosition {
  const [high = '', low = ''] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

interface Sample {
  readonly at: number;
  readonly position: WalPosition;
}

const READ_POSITION = `
  SELECT pg_current_wal_flush_lsn()::text AS position, ${IDENTITY_COLUMNS}`;

/**
 * WAL positions of the primary over time, with which replicas are compared. PostgreSQL's own measure of the
 * delay, the time of the last replayed transaction, keeps growing while there are no writes.
 */
export class PrimaryPositions {
  private samples: Sample[] = [];
  private knownIdentity: DatabaseIdentity | null = null;

  constructor(
    private readonly connection: PersistentConnection,
    private readonly maxLagMs: number,
  ) {}

  /** The identity of the primary and all its replicas; null: not known yet. */
  get identity(): DatabaseIdentity | null {
    return this.knownIdentity;
  }

  /** @throws if the primary does not respond */
  async sample(): Promise<void> {
    // Taken before the query, so that a position is never considered newer than it is.
    const at = performance.now();
    const [row] = await this.connection.rows<DatabaseIdentity & { position: string }>(READ_POSITION);
    if (row === undefined) return;
    const { position, ...identity } = row;
    if (identity.system !== this.knownIdentity?.system) this.samples = [];
    this.knownIdentity = identity;
    this.samples.push({ at, position: walPosition(position) });
    // A replica must have reached the newest of the positions that are old enough. Older ones are not needed.
    const old = this.samples.findLastIndex((sample) => sample.at <= at - this.maxLagMs);
    if (old > 0) this.samples.splice(0, old);
  }

  /** Whether a replica at this position is within the allowed lag. */
  isRecent(position: WalPosition): boolean {
    const now = performance.now();
    const due = this.samples.findLast(({ at }) => at <= now - this.maxLagMs) ?? this.samples[0];
    return due !== undefined && position >= due.position;
  }
}
