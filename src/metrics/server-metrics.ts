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
      help: 'HTTP requests; the outcome is OK, the code of the first error, or none if the response has no codes.',
      labelNames: ['method', 'route', 'status', 'outcome'] as const,
      registers,
    }),
    httpSeconds: new Histogram({
      name: 'lead_scoring_http_request_duration_seconds',
      help: 'Duration of HTTP requests.',
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
      help: 'Duration of GraphQL operations over HTTP.',
      labelNames: ['operation', 'type'] as const,
      buckets: REQUEST_SECONDS,
      registers,
    }),
    sockets: new Gauge({
      name: 'lead_scoring_websocket_connections',
      help: 'Open WebSocket connections.',
      registers,
    }),
    closedConnections: new Counter({
      name: 'lead_scoring_connections_closed_total',
      help: 'Connections that the server closed, by the reason: no request in time, or not closed after the server had (idle), responses not read (unread), too many requests at once (pipelined), too many connections (full), incomplete requests that took too much memory (unfinished).',
      labelNames: ['reason'] as const,
      registers,
    }),
    recalculations: new Counter({
      name: 'lead_scoring_recalculations_total',
      help: 'Recalculations that this server has ended.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    recalculationSeconds: new Histogram({
      name: 'lead_scoring_recalculation_duration_seconds',
      help: 'Duration of recalculations.',
      labelNames: ['outcome'] as const,
      buckets: LONG_SECONDS,
      registers,
    }),
    recalculatedLeads: new Counter({
      name: 'lead_scoring_recalculated_leads_total',
      help: 'Leads of recalculations, by whether their score was saved or the database rejected it.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    imports: new Counter({
      name: 'lead_scoring_imports_total',
      help: 'Imports over HTTP that this server has ended.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    importSeconds: new Histogram({
      name: 'lead_scoring_import_duration_seconds',
      help: 'Duration of imports over HTTP.',
      labelNames: ['outcome'] as const,
      buckets: LONG_SECONDS,
      registers,
    }),
    importedRows: new Counter({
      name: 'lead_scoring_imported_rows_total',
      help: 'Leads and interactions that imports wrote (saved), and lines that they rejected.',
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
      help: 'Requests to the summary provider; the outcome is OK or the error code.',
      labelNames: ['provider', 'outcome'] as const,
      registers,
    }),
    providerSeconds: new Histogram({
      name: 'lead_scoring_provider_request_duration_seconds',
      help: 'Duration of requests to the summary provider.',
      labelNames: ['provider'] as const,
      buckets: LONG_SECONDS,
      registers,
    }),
    providerTokens: new Counter({
      name: 'lead_scoring_provider_tokens_total',
      help: 'Tokens that the summary provider counted.',
      labelNames: ['kind'] as const,
      registers,
    }),
    providerCost: new Counter({
      name: 'lead_scoring_provider_cost_usd_total',
      help: 'Cost that the summary provider reported, in US dollars.',
      registers,
    }),
    jobs: new Counter({
      name: 'lead_scoring_summary_jobs_total',
      help: 'Jobs of the summary queue that this server has ended.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    authenticationFailures: new Counter({
      name: 'lead_scoring_authentication_failures_total',
      help: 'Requests and WebSockets without credentials (missing) or with invalid ones (invalid).',
      labelNames: ['reason', 'transport'] as const,
      registers,
    }),
    rateLimited: new Counter({
      name: 'lead_scoring_rate_limited_total',
      help: 'Requests, mutations and failed authentications that a rate limit rejected.',
      labelNames: ['group'] as const,
      registers,
    }),
    timedOutRequests: new Counter({
      name: 'lead_scoring_requests_timed_out_total',
      help: 'Requests that exceeded their timeout and were cancelled.',
      registers,
    }),
    unhandledRejections: new Counter({
      name: 'lead_scoring_unhandled_rejections_total',
      help: 'Promises that were rejected without a handler: bugs of the server.',
      registers,
    }),
  };
}

export type ServerMetrics = ReturnType<typeof serverMetrics>;
