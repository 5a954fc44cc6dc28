import { HttpException, Injectable } from '@nestjs/common';
import {
  type HealthCheckResult,
  HealthCheckService,
  type HealthIndicatorFunction,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { DatabaseAvailability } from '../database/database-availability.js';
import { QUEUE_IS_USABLE } from '../database/job-queue.js';
import { knownMigrations } from '../database/migrator.js';
import { ProbeConnection } from '../database/probe-connection.js';
import { SummaryWriter } from '../leads/summaries/summary-writer.js';
import { SummaryWorkers } from '../summary-batches/summary-workers.js';

/** `degraded`: it does its work, but not all of it. */
export type Condition = 'ok' | 'degraded' | 'down';

export interface Conditions {
  readonly database: Condition;
  /** Degraded: the database answers queries, but takes no writes. */
  readonly writes: Condition;
  /** Whether the schema is the one that this version works with. */
  readonly migrations: Condition;
  /** Of summaries, and the workers that take jobs from it where this server has any. */
  readonly queue: Condition;
  /** The service that summaries are written through. */
  readonly summaries: Condition;
}

/** How many summaries this server writes at once; 0: none. */
export class WorkerCount {
  constructor(readonly value: number) {}
}

/** Answers are as old as this at most: whoever asks ever again asks the database no more often. */
const MAX_AGE_MS = 1_000;
const TIME_LIMIT_MS = 900;

const MIGRATIONS_AND_QUEUE = `
  SELECT ARRAY(SELECT name::text FROM "SequelizeMeta") AS applied,
         ${QUEUE_IS_USABLE} AS "hasQueue"`;

/** An object with any keys, as the library has it. */
type Schema = Readonly<Record<string, unknown>> & {
  readonly applied: readonly string[];
  readonly hasQueue: boolean;
};

/** What the server needs to serve, and whether it has it. Nothing of why: the answers are for anybody. */
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
    private readonly workerCount: WorkerCount,
  ) {}

  /** Within a second, whatever the database does. */
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

  /** What decides whether requests are refused decides this as well: who is told that all is well is served. */
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

  /** How long this server keeps from asking the provider of summaries, in seconds; 0: it can be asked. */
  summariesPausedForSeconds(): number {
    return Math.ceil(this.writer.health().pausedForMs / 1000);
  }

  /** Queries are answered without writes, so a load balancer keeps sending requests. */
  private writesCondition(): Condition {
    if (!this.availability.isAvailable) return 'down';
    return this.availability.takesWrites ? 'ok' : 'degraded';
  }

  /** Without workers of its own the server still answers whatever it is asked; they start again by themselves. */
  private queueCondition(isThere: boolean): Condition {
    if (!isThere) return 'down';
    return this.workerCount.value > 0 && !this.workers.isRunning ? 'degraded' : 'ok';
  }
}

const CONDITIONS = { up: 'ok', degraded: 'degraded', down: 'down' } as const;

/** Where something is down, the library throws what it has found. */
function resultOf(error: unknown): HealthCheckResult {
  if (error instanceof HttpException) return error.getResponse() as HealthCheckResult;
  throw error;
}
