import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { DedicatedConnections } from '../dedicated-connections.js';
import { CallerWrites } from './caller-writes.js';
import { PrimaryPositions } from './primary-positions.js';
import { Replica, type ReplicaProblem } from './replica.js';
import type { PersistentConnection } from '../persistent-connection.js';

export interface ReadReplicasOptions {
  /** Direct URL of the primary, not through a pooler. */
  readonly primaryUrl: string;
  readonly replicaUrls: readonly string[];
  /** Replicas that lag behind by more than this are not used, in milliseconds. */
  readonly maxLagMs: number;
  /** Maximum number of connections to each replica. */
  readonly poolSize: number;
}

export interface ReplicaStatus {
  /** Host and port. */
  readonly name: string;
  /** The reason why it is not used; null: it is used. */
  readonly problem: ReplicaProblem | null;
}

/** A server that recovers has several of these in turn, so only the first is logged. */
const TEMPORARY_PROBLEMS: ReadonlySet<ReplicaProblem> = new Set(['unreachable', 'behind']);

/** The time limit of a statement on the primary. */
const PRIMARY_LIMIT_MS = 2_000;

const PROBE_INTERVAL_MS = 500;
const FORGET_INTERVAL_MS = 60_000;

/**
 * The streaming replicas for queries. Each is probed twice a second. A replica that does not respond, lags
 * too far behind or is no replica any more is not used until it recovers.
 */
export class ReadReplicas implements OnApplicationShutdown {
  private readonly logger = new Logger(ReadReplicas.name);
  private readonly primary: PersistentConnection;
  private readonly positions: PrimaryPositions;
  private readonly replicas: readonly Replica[];
  private readonly timers: NodeJS.Timeout[] = [];
  readonly writes: CallerWrites;

  constructor({ primaryUrl, replicaUrls, maxLagMs, poolSize }: ReadReplicasOptions) {
    this.primary = new DedicatedConnections(primaryUrl).persistent('primary watch', {
      limitMs: PRIMARY_LIMIT_MS,
    });
    this.positions = new PrimaryPositions(this.primary, maxLagMs);
    this.writes = new CallerWrites(this.primary);
    this.replicas = replicaUrls.map(
      (url) =>
        new Replica(url, poolSize, this.positions, (replica, before) => {
          this.logChange(replica, before);
        }),
    );
  }

  /** Whether any replicas are configured, regardless of their state. */
  get isConfigured(): boolean {
    return this.replicas.length > 0;
  }

  status(): ReplicaStatus[] {
    return this.replicas.map(({ name, problem }) => ({ name, problem }));
  }

  /** Starts probing, and resolves after the first probe of each replica. Idempotent. */
  async start(): Promise<void> {
    if (!this.isConfigured || this.timers.length > 0) return;
    this.timers.push(
      this.repeat(() => this.samplePrimary(), PROBE_INTERVAL_MS),
      ...this.replicas.map((replica) => this.repeat(() => replica.probe(), PROBE_INTERVAL_MS)),
      this.repeat(() => this.writes.forgetOld(), FORGET_INTERVAL_MS),
    );
    await this.samplePrimary();
    await Promise.all(this.replicas.map((replica) => replica.probe()));
  }

  /** The least used replica that contains all writes of the caller; null: the primary must be used. */
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

  private async samplePrimary(): Promise<void> {
    // If the primary is down, queries fail as well and report it.
    await this.positions.sample().catch(() => undefined);
  }

  /** Skips a round while the previous one is still running. */
  private repeat(task: () => Promise<void>, intervalMs: number): NodeJS.Timeout {
    let isRunning = false;
    return setInterval(() => {
      if (isRunning) return;
      isRunning = true;
      void task()
        .catch(() => undefined)
        .finally(() => (isRunning = false));
    }, intervalMs).unref();
  }

  private logChange({ name, problem }: Replica, before: ReplicaProblem | null): void {
    if (problem === null) this.logger.log(`Queries are read from the replica at ${name}.`);
    else if (before === null || before === 'not checked yet' || !TEMPORARY_PROBLEMS.has(problem)) {
      this.logger.warn(`Nothing is read from the replica at ${name}: ${problem}.`);
    }
  }
}

const isWell = ({ problem }: Replica): boolean => problem === null;
