import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { CallerWrites } from './caller-writes.js';
import { PrimaryPositions } from './primary-positions.js';
import { Replica, type ReplicaFault } from './replica.js';
import { PersistentConnection } from './persistent-connection.js';

export interface ReadReplicasOptions {
  /** Of the primary, not through a pooler. */
  readonly primaryUrl: string;
  readonly replicaUrls: readonly string[];
  /** From how far behind on a replica is left out, in milliseconds. */
  readonly maxLagMs: number;
  /** Most connections that are opened to each replica. */
  readonly poolSize: number;
}

export interface ReplicaStatus {
  /** Host and port. */
  readonly name: string;
  /** Why nothing is read from it; null: something is. */
  readonly fault: ReplicaFault | null;
}

/** A server that comes back goes through several of them. */
const PASSING_FAULTS: ReadonlySet<ReplicaFault> = new Set(['unreachable', 'behind']);

const LOOK_INTERVAL_MS = 500;
const FORGET_INTERVAL_MS = 60_000;

/**
 * The streaming replicas that queries are read from. Each is looked at twice a second; one that does not answer, is too far
 * behind or no replica any more is left out until it is well again.
 */
export class ReadReplicas implements OnApplicationShutdown {
  private readonly logger = new Logger(ReadReplicas.name);
  private readonly primary: PersistentConnection;
  private readonly positions: PrimaryPositions;
  private readonly replicas: readonly Replica[];
  private readonly timers: NodeJS.Timeout[] = [];
  readonly writes: CallerWrites;

  constructor({ primaryUrl, replicaUrls, maxLagMs, poolSize }: ReadReplicasOptions) {
    this.primary = new PersistentConnection(primaryUrl, 'primary watch');
    this.positions = new PrimaryPositions(this.primary, maxLagMs);
    this.writes = new CallerWrites(this.primary);
    this.replicas = replicaUrls.map(
      (url) =>
        new Replica(url, poolSize, this.positions, (replica, before) => {
          this.tell(replica, before);
        }),
    );
  }

  /** Whether there are any, well or not. */
  get isConfigured(): boolean {
    return this.replicas.length > 0;
  }

  status(): ReplicaStatus[] {
    return this.replicas.map(({ name, fault }) => ({ name, fault }));
  }

  /** Begins to look after them; resolves once each has been looked at. Idempotent. */
  async start(): Promise<void> {
    if (!this.isConfigured || this.timers.length > 0) return;
    this.timers.push(
      this.repeat(() => this.lookAtPrimary(), LOOK_INTERVAL_MS),
      ...this.replicas.map((replica) => this.repeat(() => replica.probe(), LOOK_INTERVAL_MS)),
      this.repeat(() => this.writes.forgetOld(), FORGET_INTERVAL_MS),
    );
    await this.lookAtPrimary();
    await Promise.all(this.replicas.map((replica) => replica.probe()));
  }

  /**
   * The replica to read from for a caller: of those that have all that it has written, one that is used least; null: it has to
   * be the primary.
   */
  async pickFor(caller: string): Promise<Replica | null> {
    if (!this.replicas.some(isWell)) return null;
    const required = await this.writes.requiredFor(caller).catch(() => null);
    if (required === null) return null;
    const candidates = this.replicas.filter((replica) => isWell(replica) && replica.replayed >= required);
    const least = Math.min(...candidates.map(({ connectionsInUse }) => connectionsInUse));
    const idlest = candidates.filter(({ connectionsInUse }) => connectionsInUse === least);
    return idlest[Math.floor(Math.random() * idlest.length)] ?? null;
  }

  async onApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all([this.primary.close(), ...this.replicas.map((replica) => replica.close())]);
  }

  private async lookAtPrimary(): Promise<void> {
    // Queries will tell that it is gone.
    await this.positions.look().catch(() => undefined);
  }

  /** One round after the other, however long one takes. */
  private repeat(look: () => Promise<void>, intervalMs: number): NodeJS.Timeout {
    let isLooking = false;
    return setInterval(() => {
      if (isLooking) return;
      isLooking = true;
      void look()
        .catch(() => undefined)
        .finally(() => (isLooking = false));
    }, intervalMs).unref();
  }

  private tell({ name, fault }: Replica, before: ReplicaFault | null): void {
    if (fault === null) this.logger.log(`Queries are read from the replica at ${name}.`);
    else if (before === null || before === 'not looked at yet' || !PASSING_FAULTS.has(fault)) {
      this.logger.warn(`Nothing is read from the replica at ${name}: ${fault}.`);
    }
  }
}

const isWell = ({ fault }: Replica): boolean => fault === null;
