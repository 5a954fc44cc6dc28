import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Buckets from 5 ms, for small requests such as a lead card, to 15 s. */
const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];
/** Buckets for longer tasks: recalculations of a million leads, calls of models with retries. */
const LONG_SECONDS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

/**
 * Metrics that events update. `gauges.ts` contains those that are read on each scrape. Times are in seconds.
 */
export function serverMetrics(registry: Registry) {
  const registers = [registry];
  return {
    httpRequests: new Counter({
      name: 'lead_scoring_http_requests_total',
      help: 'Requests over HTTP that were answered; the outcome is OK, the code of the first error, or none where there are no codes.',
      labelNames: ['method', 'route', 'status', 'outcome'] as const,
      registers,
    }),
    httpSeconds: new Histogram({
      name: 'lead_scoring_http_request_duration_seconds',
      help: 'How long requests over HTTP took.',
      labelNames: ['route'] as const,
      buckets: REQUEST_SECONDS,
      registers,
    }),
    operations: new Counter({
      name: 'lead_scoring_operations_total',
      help: 'GraphQL operations that have ended; the outcome is OK or the code of the first error.',
      labelNames: ['operation', 'type', 'outcome', 'transport'] as const,
      registers,
    }),
    operationSeconds: new Histogram({
      name: 'lead_scoring_operation_duration_seconds',
      help: 'How long GraphQL operations over HTTP took.',
      labelNames: ['operation', 'type'] as const,
      buckets: REQUEST_SECONDS,
      registers,
    }),
    sockets: new Gauge({
      name: 'lead_scoring_websocket_connections',
      help: 'WebSocket connections that are open.',
      registers,
    }),
    closedConnections: new Counter({
      name: 'lead_scoring_connections_closed_total',
      help: 'Connections that the server closed because their client sent no request in time (idle), did not read (unread), sent too many requests at once (pipelined), because there were too many (full), or because too much had been sent of incomplete requests (unfinished).',
      labelNames: ['reason'] as const,
      registers,
    }),
    recalculations: new Counter({
      name: 'lead_scoring_recalculations_total',
      help: 'Recalculations that this server ran to their end.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    recalculationSeconds: new Histogram({
      name: 'lead_scoring_recalculation_duration_seconds',
      help: 'How long recalculations took.',
      labelNames: ['outcome'] as const,
      buckets: LONG_SECONDS,
      registers,
    }),
    recalculatedLeads: new Counter({
      name: 'lead_scoring_recalculated_leads_total',
      help: 'Leads of recalculations, by whether their score was saved or the database refused it.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    refreshedLeads: new Counter({
      name: 'lead_scoring_refreshed_leads_total',
      help: 'Leads whose score was refreshed after some time, by whether it was saved or the database rejected it.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    providerRequests: new Counter({
      name: 'lead_scoring_provider_requests_total',
      help: 'Requests to the provider of summaries; the outcome is OK or the code of the error.',
      labelNames: ['provider', 'outcome'] as const,
      registers,
    }),
    providerSeconds: new Histogram({
      name: 'lead_scoring_provider_request_duration_seconds',
      help: 'How long requests to the provider of summaries took.',
      labelNames: ['provider'] as const,
      buckets: LONG_SECONDS,
      registers,
    }),
    providerTokens: new Counter({
      name: 'lead_scoring_provider_tokens_total',
      help: 'Tokens that the provider of summaries counted.',
      labelNames: ['kind'] as const,
      registers,
    }),
    providerCost: new Counter({
      name: 'lead_scoring_provider_cost_usd_total',
      help: 'What the provider of summaries charged, in US dollars, as far as it says so.',
      registers,
    }),
    jobs: new Counter({
      name: 'lead_scoring_summary_jobs_total',
      help: 'Jobs of the queue of summaries that this server has ended.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    refusedAuthentications: new Counter({
      name: 'lead_scoring_authentications_refused_total',
      help: 'Requests and sockets that did not say who calls (missing) or could not prove it (invalid).',
      labelNames: ['reason', 'transport'] as const,
      registers,
    }),
    rateLimited: new Counter({
      name: 'lead_scoring_rate_limited_total',
      help: 'What was refused because its caller had asked for too much within a minute, by what was counted.',
      labelNames: ['group'] as const,
      registers,
    }),
    timedOutRequests: new Counter({
      name: 'lead_scoring_requests_timed_out_total',
      help: 'Requests that took longer than they may, and were ended.',
      registers,
    }),
    unhandledRejections: new Counter({
      name: 'lead_scoring_unhandled_rejections_total',
      help: 'Promises that failed and that nobody waited for: faults of ours.',
      registers,
    }),
  };
}

export type ServerMetrics = ReturnType<typeof serverMetrics>;
