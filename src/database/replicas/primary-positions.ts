import { type DatabaseIdentity, IDENTITY_COLUMNS } from '../database-identity.js';
import type { PersistentConnection } from './persistent-connection.js';
import { walPosition, type WalPosition } from './wal-position.js';

interface Sample {
  readonly at: number;
  readonly position: WalPosition;
}

const READ_POSITION = `
  SELECT pg_current_wal_flush_lsn()::text AS position, ${IDENTITY_COLUMNS}`;

/**
 * How far the primary was, and when: what replicas are held against. PostgreSQL's own measure of a replica's delay, the time
 * of the last transaction that it replayed, grows on its own where nobody writes.
 */
export class PrimaryPositions {
  private samples: Sample[] = [];
  private knownIdentity: DatabaseIdentity | null = null;

  constructor(
    private readonly connection: PersistentConnection,
    private readonly maxLagMs: number,
  ) {}

  /** The identity that all replicas of the primary share with it; null: not known yet. */
  get identity(): DatabaseIdentity | null {
    return this.knownIdentity;
  }

  /** @throws where the primary does not answer */
  async look(): Promise<void> {
    // The time before asking: a position is never taken for older than it is.
    const at = performance.now();
    const [row] = await this.connection.rows<DatabaseIdentity & { position: string }>(READ_POSITION);
    if (row === undefined) return;
    const { position, ...identity } = row;
    if (identity.system !== this.knownIdentity?.system) this.samples = [];
    this.knownIdentity = identity;
    this.samples.push({ at, position: walPosition(position) });
    // The newest of those that are old enough is what a replica must have reached; what came before is not asked for.
    const old = this.samples.findLastIndex((sample) => sample.at <= at - this.maxLagMs);
    if (old > 0) this.samples.splice(0, old);
  }

  /** Whether somebody who has got as far as this is no further behind than is allowed. */
  isRecent(position: WalPosition): boolean {
    const now = performance.now();
    const due = this.samples.findLast(({ at }) => at <= now - this.maxLagMs) ?? this.samples[0];
    return due !== undefined && position >= due.position;
  }
}
