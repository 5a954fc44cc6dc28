import type pg from 'pg';
import { Sequelize } from 'sequelize-typescript';
import { sequelizeOptions } from '../sequelize-options.js';
import type { PrimaryPositions } from './primary-positions.js';
import { SteadyConnection } from './steady-connection.js';
import { walPosition, type WalPosition } from './wal-position.js';

/** Why nothing is read from a replica; `null`: something is. */
export type ReplicaFault = 'not looked at yet' | 'unreachable' | 'behind' | 'no replica of the primary';

const READ_STATE = `
  SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END::text AS replayed,
    (SELECT system_identifier::text FROM pg_control_system()) AS system`;

/** One that is not free by then: its server hangs, or has too much to do. */
const ACQUIRE_TIMEOUT_MS = 3_000;

/** A streaming replica: its connections, and what is known of how it does. */
export class Replica {
  private readonly sequelize: Sequelize;
  private readonly heart: SteadyConnection;
  private readonly lent = new Set<pg.Client>();
  private currentFault: ReplicaFault | null = 'not looked at yet';
  private replayedPosition: WalPosition = 0n;

  /** @param onChange told whenever the fault is another, the one that it was first */
  constructor(
    private readonly url: string,
    poolSize: number,
    private readonly onChange: (replica: Replica, before: ReplicaFault | null) => void,
  ) {
    const { uri, ...options } = sequelizeOptions(url, poolSize, ACQUIRE_TIMEOUT_MS);
    this.sequelize = new Sequelize(uri ?? url, options);
    this.heart = new SteadyConnection(url, 'replica watch', () => {
      this.becomes('unreachable');
    });
  }

  /** Host and port, which say nothing secret. */
  get name(): string {
    const { hostname, port } = new URL(this.url);
    return `${hostname || 'localhost'}:${port || '5432'}`;
  }

  get fault(): ReplicaFault | null {
    return this.currentFault;
  }

  get connectionsInUse(): number {
    return this.lent.size;
  }

  /** Up to where it had replayed when it was last looked at, while it followed the primary. */
  get replayed(): WalPosition {
    return this.replayedPosition;
  }

  /** @throws where none is to be had */
  async lend(): Promise<pg.Client> {
    const client = (await this.sequelize.connectionManager.getConnection({ type: 'read' })) as pg.Client;
    this.lent.add(client);
    return client;
  }

  takeBack(client: pg.Client): void {
    this.lent.delete(client);
    this.sequelize.connectionManager.releaseConnection(client);
  }

  /** Looks how it does. */
  async look(primary: PrimaryPositions): Promise<void> {
    try {
      const [row] = await this.heart.rows<{ replayed: string | null; system: string }>(READ_STATE);
      this.becomes(row === undefined ? 'unreachable' : this.judge(row, primary));
    } catch {
      this.becomes('unreachable');
    }
  }

  /** Something that was read from it has failed as it does where a server is gone; the next look tells. */
  suspect(): void {
    this.becomes('unreachable');
  }

  async close(): Promise<void> {
    await Promise.all([this.heart.close(), this.sequelize.close()]);
  }

  private judge(
    { replayed, system }: { replayed: string | null; system: string },
    primary: PrimaryPositions,
  ): ReplicaFault | null {
    // One that was promoted goes its own way: what it holds from then on never was in the primary.
    if (replayed === null || (primary.system !== null && primary.system !== system))
      return 'no replica of the primary';
    this.replayedPosition = walPosition(replayed);
    return primary.isRecent(this.replayedPosition) ? null : 'behind';
  }

  private becomes(fault: ReplicaFault | null): void {
    const before = this.currentFault;
    if (fault === before) return;
    this.currentFault = fault;
    // What waits for a server that hangs would wait on; cut off, it is read again elsewhere.
    if (fault === 'unreachable') for (const client of this.lent) cutOff(client);
    this.onChange(this, before);
  }
}

function cutOff(client: pg.Client): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } };
  connection.stream.destroy();
}
