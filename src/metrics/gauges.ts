import { Gauge, type Registry } from 'prom-client';
import type { OpenRequests } from '../common/request-deadline.js';
import type { ConnectionGate } from '../database/connection-gate.js';
import type { DatabaseAvailability } from '../database/database-availability.js';
import { QUEUE_SCHEMA } from '../database/job-queue.js';
import type { ProbeConnection } from '../database/probe-connection.js';
import type { ReadReplicas } from '../database/replicas/read-replicas.js';
import type { ListSizes } from '../list-sizes/list-sizes.js';
import type { WriterHealth } from '../summaries/summary-writer.js';

/** The queue is counted at most this often, regardless of the number of scrapes. */
const QUEUE_MAX_AGE_MS = 5_000;

const COUNT_JOBS = `
  SELECT count(*) FILTER (WHERE locked_at IS NULL AND attempts < max_attempts AND run_at <= now())::int AS ready,
         count(*) FILTER (WHERE locked_at IS NULL AND attempts < max_attempts AND run_at > now())::int AS waiting,
         count(*) FILTER (WHERE locked_at IS NOT NULL)::int AS running,
         count(*) FILTER (WHERE locked_at IS NULL AND attempts >= max_attempts)::int AS failed
  FROM ${QUEUE_SCHEMA}.jobs`;

type JobCounts = Readonly<Record<'ready' | 'waiting' | 'running' | 'failed', number>>;

/** The state of the connection pool at the time of the scrape. */
export function poolGauge(registry: Registry, connections: ConnectionGate): void {
  const gauge = new Gauge({
    name: 'lead_scoring_pool_connections',
    help: 'Connections of the pool: the maximum, open, in use, and callers that wait for one.',
    labelNames: ['state'] as const,
    registers: [registry],
    collect: () => {
      gauge.set({ state: 'max' }, connections.maxCount);
      gauge.set({ state: 'open' }, connections.openCount);
      gauge.set({ state: 'used' }, connections.usedCount);
      gauge.set({ state: 'waiting' }, connections.waitingCount);
    },
  });
}

/** Requests in progress, including mutations whose client has disconnected. */
export function openRequestsGauge(registry: Registry, openRequests: OpenRequests): void {
  const gauge = new Gauge({
    name: 'lead_scoring_requests_in_flight',
    help: 'Requests in progress, over HTTP and WebSockets.',
    registers: [registry],
    collect: () => {
      gauge.set(openRequests.count);
    },
  });
}

/** Whether mutations can succeed. Queries work in both cases. */
export function writesGauge(registry: Registry, availability: DatabaseAvailability): void {
  const gauge = new Gauge({
    name: 'lead_scoring_database_writable',
    help: '1 if the database accepts writes; 0 if it is read-only, its disk is full or it does not respond.',
    registers: [registry],
    collect: () => {
      gauge.set(availability.isAvailable && availability.takesWrites ? 1 : 0);
    },
  });
}

/** The replicas that this server uses for queries. */
export function replicasGauge(registry: Registry, replicas: Pick<ReadReplicas, 'status'>): void {
  const gauge = new Gauge({
    name: 'lead_scoring_read_replica_in_use',
    help: '1 if queries are read from a replica; 0 if it is not used.',
    labelNames: ['replica'] as const,
    registers: [registry],
    collect: () => {
      for (const { name, problem } of replicas.status())
        gauge.set({ replica: name }, problem === null ? 1 : 0);
    },
  });
}

/** Whether, and for how long, this server does not call the summary provider. */
export function providerGauge(registry: Registry, health: () => WriterHealth): void {
  const gauge = new Gauge({
    name: 'lead_scoring_provider_degraded',
    help: '1 if the summary provider counts as down and is not called; otherwise 0.',
    registers: [registry],
    collect: () => {
      gauge.set(health().isDegraded ? 1 : 0);
    },
  });
  const pause = new Gauge({
    name: 'lead_scoring_provider_paused_seconds',
    help: 'Time until this server calls the summary provider for batches again; 0: it is not paused.',
    registers: [registry],
    collect: () => {
      pause.set(health().pausedForMs / 1000);
    },
  });
}

/** Sizes of lists without pages. A list that has not been counted has no `count` series. */
export function listSizesGauge(registry: Registry, sizes: ListSizes): void {
  const gauge = new Gauge({
    name: 'lead_scoring_list_rows',
    help: 'Rows of a list without pages (count, at most one above the limit) and their maximum (limit).',
    labelNames: ['list', 'value'] as const,
    registers: [registry],
    collect: async () => {
      gauge.reset();
      for (const list of ['leads', 'interactions'] as const) {
        const { count, limit } = await sizes[list].read();
        if (count !== null) gauge.set({ list, value: 'count' }, count);
        gauge.set({ list, value: 'limit' }, limit);
      }
    },
  });
}

/**
 * Counts the jobs in the database, so all replicas report the same. There are no series if it does not
 * respond in time.
 */
export function queueGauge(registry: Registry, probe: ProbeConnection): void {
  let counted: Promise<JobCounts | null> = Promise.resolve(null);
  let countedAt = -Infinity;
  const count = () => {
    if (performance.now() - countedAt < QUEUE_MAX_AGE_MS) return counted;
    countedAt = performance.now();
    counted = probe.rows<JobCounts>(COUNT_JOBS).then(
      ([row]) => row ?? null,
      () => null,
    );
    return counted;
  };
  const gauge = new Gauge({
    name: 'lead_scoring_queue_jobs',
    help: 'Jobs of the summary queue, of all servers together.',
    labelNames: ['state'] as const,
    registers: [registry],
    collect: async () => {
      const counts = await count();
      gauge.reset();
      if (counts === null) return;
      for (const [state, value] of Object.entries(counts)) gauge.set({ state }, value);
    },
  });
}
