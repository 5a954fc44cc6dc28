import { HttpException, Injectable } from '@nestjs/common';
import {
  type HealthCheckResult,
  HealthCheckService,
  type HealthIndicatorFunction,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { SummarySettings } from '../config/summary-settings.js';
import { DatabaseAvailability } from '../database/database-availability.js';
import { QUEUE_IS_USABLE } from '../database/job-queue.js';
import { knownMigrations } from '../database/migrator.js';
import { ProbeConnection } from '../database/probe-connection.js';
import { SummaryWriter } from '../summaries/summary-writer.js';
import { SummaryWorkers } from '../summary-batches/summary-workers.js';

/** `degraded`: the server works, but not all of its features do. */
export type Condition = 'ok' | 'degraded' | 'down';

export interface Conditions {
  readonly database: Condition;
  /** Degraded: the database responds to queries, but rejects writes. */
  readonly writes: Condition;
  /** Whether the database schema matches this version. */
  readonly migrations: Condition;
  /** The job queue of summaries, and the workers of this server if it has any. */
  readonly queue: Condition;
  /** The provider that writes summaries. */
  readonly summaries: Condition;
}

/** Results are cached for this time, so that frequent requests do not increase the load of the database. */
const MAX_AGE_MS = 1_000;
const TIME_LIMIT_MS = 900;

const MIGRATIONS_AND_QUEUE = `
  SELECT ARRAY(SELECT name::text FROM "SequelizeMeta") AS applied,
         ${QUEUE_IS_USABLE} AS "hasQueue"`;

/** The library requires an object with arbitrary keys. */
type Schema = Readonly<Record<string, unknown>> & {
  readonly applied: readonly string[];
  readonly hasQueue: boolean;
};

/** Checks everything that the server needs. The results are public, so they contain no reasons. */
@Injectable()
export class ServerChecks {
  private readonly known = knownMigrations();

  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly availability: DatabaseAvailability,
    private readonly probe: ProbeConnection,
    private readonly writer: SummaryWriter,
    private readonly workers: SummaryWorkers,
    private readonly settings: SummarySettings,
  ) {}

  /** Completes within a second, even if the database does not respond. */
  async read(): Promise<Conditions> {
    const { details } = await this.health.check([this.database, this.schema, this.summaries]).catch(resultOf);
    const conditionOf = (check: string): Condition => CONDITIONS[details[check]?.status ?? 'down'];
    const { applied = [], hasQueue = false } = (details.schema ?? {}) as Partial<Schema>;
    const isMigrated = this.known.every((name) => applied.includes(name));
    return {
      database: conditionOf('database'),
      writes: this.writesCondition(),
      migrations: isMigrated ? 'ok' : 'down',
      queue: this.queueCondition(hasQueue),
      summaries: conditionOf('summaries'),
    };
  }

  /**
   * Uses the state that also decides whether requests are rejected, so a server that reports `up` serves
   * requests.
   */
  private readonly database: HealthIndicatorFunction = () => {
    const check = this.indicators.check('database');
    return this.availability.isAvailable ? check.up() : check.down();
  };

  private readonly schema: HealthIndicatorFunction = () => {
    const check = this.indicators.check('schema');
    if (!this.availability.isAvailable) return check.down();
    return check
      .attempt(async () => (await this.probe.rows<Schema>(MIGRATIONS_AND_QUEUE))[0] ?? {})
      .withTimeout(TIME_LIMIT_MS)
      .cacheFor(MAX_AGE_MS);
  };

  private readonly summaries: HealthIndicatorFunction = () => {
    const check = this.indicators.check('summaries');
    const { isDegraded, pausedForMs } = this.writer.health();
    return isDegraded || pausedForMs > 0 ? check.degraded() : check.up();
  };

  /** How long this server does not call the summary provider, in seconds; 0: it does. */
  summariesPausedForSeconds(): number {
    return Math.ceil(this.writer.health().pausedForMs / 1000);
  }

  /** Only degraded: queries work without writes, so load balancers should keep sending requests. */
  private writesCondition(): Condition {
    if (!this.availability.isAvailable) return 'down';
    return this.availability.takesWrites ? 'ok' : 'degraded';
  }

  /**
   * Only degraded if the workers are down: the server still serves all requests, and the workers restart
   * automatically.
   */
  private queueCondition(isThere: boolean): Condition {
    if (!isThere) return 'down';
    return this.settings.workerCount > 0 && !this.workers.isRunning ? 'degraded' : 'ok';
  }
}

const CONDITIONS = { up: 'ok', degraded: 'degraded', down: 'down' } as const;

/** The library throws its result if a check is down. */
function resultOf(error: unknown): HealthCheckResult {
  if (error instanceof HttpException) return error.getResponse() as HealthCheckResult;
  throw error;
}
