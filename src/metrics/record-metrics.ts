import { authenticationFailed } from '../access/authentication.js';
import { requestTimedOut } from '../common/request-deadline.js';
import { operationEnded, websocketChanged } from '../graphql/errors-and-events.js';
import { connectionClosed } from '../http/connections.js';
import { importEnded } from '../imports/errors-and-events.js';
import { requestEnded } from '../logging/log-requests.js';
import { rejectionUnhandled } from '../process-errors.js';
import { rateLimited } from '../rate-limits/rate-limiter.js';
import { recalculationEnded, scoresRefreshed } from '../recalculation/errors-and-events.js';
import { providerRequested, providerUsageReported } from '../summaries/errors-and-events.js';
import { jobEnded } from '../summary-batches/errors-and-events.js';
import { OperationNames } from './operation-names.js';
import type { ServerMetrics } from './server-metrics.js';

/** Subscribes the metrics to events. @returns a function that ends the subscriptions */
export function recordMetrics(metrics: ServerMetrics): () => void {
  const names = new OperationNames();
  const ends = [
    requestEnded.subscribe(({ method, route, status, outcome = 'none', durationMs }) => {
      metrics.httpRequests.inc({ method, route, status, outcome });
      metrics.httpSeconds.observe({ route }, durationMs / 1000);
    }),
    operationEnded.subscribe(({ name, type: kind, outcome, transport, durationMs }) => {
      const operation = names.labelOf(name);
      const type = kind ?? 'none';
      metrics.operations.inc({ operation, type, outcome, transport });
      // The duration of a subscription depends on its client only.
      if (transport === 'http') metrics.operationSeconds.observe({ operation, type }, durationMs / 1000);
    }),
    websocketChanged.subscribe(({ change }) => {
      metrics.sockets.inc(change === 'opened' ? 1 : -1);
    }),
    recalculationEnded.subscribe(({ outcome, durationMs, savedCount, failedCount }) => {
      metrics.recalculations.inc({ outcome });
      metrics.recalculationSeconds.observe({ outcome }, durationMs / 1000);
      metrics.recalculatedLeads.inc({ outcome: 'saved' }, savedCount);
      metrics.recalculatedLeads.inc({ outcome: 'failed' }, failedCount);
    }),
    importEnded.subscribe(({ outcome, durationMs, savedCount, rejectedCount }) => {
      metrics.imports.inc({ outcome });
      metrics.importSeconds.observe({ outcome }, durationMs / 1000);
      metrics.importedRows.inc({ outcome: 'saved' }, savedCount);
      metrics.importedRows.inc({ outcome: 'rejected' }, rejectedCount);
    }),
    scoresRefreshed.subscribe(({ savedCount, failedCount }) => {
      metrics.refreshedLeads.inc({ outcome: 'saved' }, savedCount);
      metrics.refreshedLeads.inc({ outcome: 'failed' }, failedCount);
    }),
    providerRequested.subscribe(({ provider, outcome, durationMs }) => {
      metrics.providerRequests.inc({ provider, outcome });
      metrics.providerSeconds.observe({ provider }, durationMs / 1000);
    }),
    providerUsageReported.subscribe(({ promptTokens, completionTokens, costUsd }) => {
      metrics.providerTokens.inc({ kind: 'prompt' }, promptTokens ?? 0);
      metrics.providerTokens.inc({ kind: 'completion' }, completionTokens ?? 0);
      metrics.providerCost.inc(costUsd ?? 0);
    }),
    jobEnded.subscribe(({ error }) => {
      metrics.jobs.inc({ outcome: error === undefined ? 'done' : 'failed' });
    }),
    authenticationFailed.subscribe((failure) => {
      metrics.authenticationFailures.inc({ ...failure });
    }),
    connectionClosed.subscribe(({ reason }) => {
      metrics.closedConnections.inc({ reason });
    }),
    rateLimited.subscribe(({ group }) => {
      metrics.rateLimited.inc({ group });
    }),
    requestTimedOut.subscribe(() => {
      metrics.timedOutRequests.inc();
    }),
    rejectionUnhandled.subscribe(() => {
      metrics.unhandledRejections.inc();
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}
