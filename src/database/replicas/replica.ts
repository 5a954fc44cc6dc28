import type pg from 'pg';
import { Sequelize } from 'sequelize-typescript';
import { serverOf } from '../../config/database-url.js';
import { type DatabaseIdentity, differenceOf, IDENTITY_COLUMNS } from '../database-identity.js';
import { DedicatedConnections } from '../dedicated-connections.js';
import { sequelizeOptions } from '../sequelize-options.js';
import { cutConnection } from '../session.js';
import { type PrimaryPositions, walPosition, type WalPosition } from './primary-positions.js';
import type { PersistentConnection } from '../persistent-connection.js';

/** The reason why a replica is not used; `null`: it is used. */
export type ReplicaProblem =
  | 'not checked yet'
  | 'unreachable'
  | 'behind'
  | 'no replica of the primary'
  | 'another database or schema than that of the primary';

/** `replayed` is null if the server is not a replica. */
const READ_STATE = `
  SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END::text AS replayed, ${IDENTITY_COLUMNS}`;

interface ReplicaState extends DatabaseIdentity {
  readonly replayed: string | null;
}

/** A server that does not respond within this time counts as down. */
const PROBE_LIMIT_MS = 2_000;

/** If no connection is free after this time, the server hangs or is overloaded. */
const ACQUIRE_TIMEOUT_MS = 3_000;

/** A streaming replica: its connection pool and its state. */
export class Replica {
  private readonly sequelize: Sequelize;
  private readonly monitor: PersistentConnection;
  private readonly lent = new Set<pg.Client>();
  private currentProblem: ReplicaProblem | null = 'not checked yet';
  private replayedPosition: WalPosition = 0n;

  /** @param onChange called when the problem changes, with the previous problem */
  constructor(
    private readonly url: string,
    poolSize: number,
    private readonly primary: PrimaryPositions,
    private readonly onChange: (replica: Replica, before: ReplicaProblem | null) => void,
  ) {
    const check = (session: pg.Client) => this.check(session);
    this.sequelize = new Sequelize(sequelizeOptions({ url, poolSize, acquireMs: ACQUIRE_TIMEOUT_MS, check }));
    this.monitor = new DedicatedConnections(url).persistent('replica watch', {
      limitMs: PROBE_LIMIT_MS,
      onLost: () => {
        this.becomes('unreachable');
      },
    });
  }

  /** Host and port, which are not secret. */
  get name(): string {
    return serverOf(this.url);
  }

  get problem(): ReplicaProblem | null {
    return this.currentProblem;
  }

  get connectionsInUse(): number {
    return this.lent.size;
  }

  /** The WAL position that it had replayed at the last probe as a replica of the primary. */
  get replayed(): WalPosition {
    return this.replayedPosition;
  }

  /** @throws if no connection is available */
  async acquire(): Promise<pg.Client> {
    const client = (await this.sequelize.connectionManager.getConnection({ type: 'read' })) as pg.Client;
    this.lent.add(client);
    return client;
  }

  release(client: pg.Client): void {
    this.lent.delete(client);
    this.sequelize.connectionManager.releaseConnection(client);
  }

  /** Reads and judges the state of the replica. */
  async probe(): Promise<void> {
    try {
      const [row] = await this.monitor.rows<ReplicaState>(READ_STATE);
      this.becomes(row === undefined ? 'unreachable' : this.judge(row));
    } catch {
      this.becomes('unreachable');
    }
  }

  /** A read has failed as if the server was down. The next probe checks it. */
  suspect(): void {
    this.becomes('unreachable');
  }

  async close(): Promise<void> {
    await Promise.all([this.monitor.close(), this.sequelize.close()]);
  }

  /**
   * A new connection may lead to another server than the previous ones, since a host name may change its
   * address.
   */
  private async check(session: pg.Client): Promise<void> {
    const { rows } = await session.query<ReplicaState>(READ_STATE);
    const problem = rows[0] === undefined ? 'unreachable' : this.foreignProblem(rows[0]);
    if (problem === null) return;
    this.monitor.reset();
    throw new Error(`The connection leads elsewhere: ${problem}.`);
  }

  private judge(state: ReplicaState): ReplicaProblem | null {
    const problem = this.foreignProblem(state);
    if (problem !== null || state.replayed === null) return problem;
    this.replayedPosition = walPosition(state.replayed);
    return this.primary.isRecent(this.replayedPosition) ? null : 'behind';
  }

  private foreignProblem(state: ReplicaState): ReplicaProblem | null {
    const { identity } = this.primary;
    // A promoted replica is no longer a copy: the primary does not have its new data.
    if (state.replayed === null || (identity !== null && identity.system !== state.system))
      return 'no replica of the primary';
    const isSame = identity === null || differenceOf(identity, state) === null;
    return isSame ? null : 'another database or schema than that of the primary';
  }

  private becomes(problem: ReplicaProblem | null): void {
    const before = this.currentProblem;
    if (problem === before) return;
    this.currentProblem = problem;
    // Statements on a hanging server would never end. After their connections are destroyed, they are read
    // from the primary.
    if (problem === 'unreachable') for (const client of this.lent) cutConnection(client);
    this.onChange(this, before);
  }
}
