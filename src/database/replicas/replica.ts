import type pg from 'pg';
import { Sequelize } from 'sequelize-typescript';
import { serverOf } from '../../config/database-url.js';
import { type DatabaseIdentity, differenceOf, IDENTITY_COLUMNS } from '../database-identity.js';
import { sequelizeOptions } from '../sequelize-options.js';
import type { PrimaryPositions } from './primary-positions.js';
import { PersistentConnection } from './persistent-connection.js';
import { walPosition, type WalPosition } from './wal-position.js';

/** Why nothing is read from a replica; `null`: something is. */
export type ReplicaFault =
  | 'not looked at yet'
  | 'unreachable'
  | 'behind'
  | 'no replica of the primary'
  | 'another database or schema than that of the primary';

/** `replayed` is null on a server that is no replica. */
const READ_STATE = `
  SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END::text AS replayed, ${IDENTITY_COLUMNS}`;

interface ReplicaState extends DatabaseIdentity {
  readonly replayed: string | null;
}

/** One that is not free by then: its server hangs, or has too much to do. */
const ACQUIRE_TIMEOUT_MS = 3_000;

/** A streaming replica: its connections, and what is known of how it does. */
export class Replica {
  private readonly sequelize: Sequelize;
  private readonly monitor: PersistentConnection;
  private readonly lent = new Set<pg.Client>();
  private currentFault: ReplicaFault | null = 'not looked at yet';
  private replayedPosition: WalPosition = 0n;

  /** @param onChange told whenever the fault is another, the one that it was first */
  constructor(
    private readonly url: string,
    poolSize: number,
    private readonly primary: PrimaryPositions,
    private readonly onChange: (replica: Replica, before: ReplicaFault | null) => void,
  ) {
    const check = (session: pg.Client) => this.check(session);
    this.sequelize = new Sequelize(sequelizeOptions({ url, poolSize, acquireMs: ACQUIRE_TIMEOUT_MS, check }));
    this.monitor = new PersistentConnection(url, 'replica watch', () => {
      this.becomes('unreachable');
    });
  }

  /** Host and port, which say nothing secret. */
  get name(): string {
    return serverOf(this.url);
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
  async acquire(): Promise<pg.Client> {
    const client = (await this.sequelize.connectionManager.getConnection({ type: 'read' })) as pg.Client;
    this.lent.add(client);
    return client;
  }

  release(client: pg.Client): void {
    this.lent.delete(client);
    this.sequelize.connectionManager.releaseConnection(client);
  }

  /** Looks how it does. */
  async probe(): Promise<void> {
    try {
      const [row] = await this.monitor.rows<ReplicaState>(READ_STATE);
      this.becomes(row === undefined ? 'unreachable' : this.judge(row));
    } catch {
      this.becomes('unreachable');
    }
  }

  /** Something that was read from it has failed as it does where a server is gone; the next look tells. */
  suspect(): void {
    this.becomes('unreachable');
  }

  async close(): Promise<void> {
    await Promise.all([this.monitor.close(), this.sequelize.close()]);
  }

  /** A new connection may lead elsewhere than those before it: a name may have another address by now. */
  private async check(session: pg.Client): Promise<void> {
    const { rows } = await session.query<ReplicaState>(READ_STATE);
    const fault = rows[0] === undefined ? 'unreachable' : this.foreignFault(rows[0]);
    if (fault === null) return;
    this.monitor.reconnect();
    throw new Error(`The connection leads elsewhere: ${fault}.`);
  }

  private judge(state: ReplicaState): ReplicaFault | null {
    const fault = this.foreignFault(state);
    if (fault !== null || state.replayed === null) return fault;
    this.replayedPosition = walPosition(state.replayed);
    return this.primary.isRecent(this.replayedPosition) ? null : 'behind';
  }

  private foreignFault(state: ReplicaState): ReplicaFault | null {
    const { identity } = this.primary;
    // One that was promoted goes its own way: what it holds from then on never was in the primary.
    if (state.replayed === null || (identity !== null && identity.system !== state.system))
      return 'no replica of the primary';
    const isSame = identity === null || differenceOf(identity, state) === null;
    return isSame ? null : 'another database or schema than that of the primary';
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
