import {
  authenticationRefused,
  connectionClosed,
  jobEnded,
  operationEnded,
  providerAsked,
  providerCounted,
  rateLimited,
  recalculationEnded,
  rejectionUnhandled,
  requestEnded,
  requestTimedOut,
  scoresRefreshed,
  socketChanged,
} from '../common/happenings.js';
import { OperationNames } from './operation-names.js';
import type { ServerMetrics } from './server-metrics.js';

/** Counts what happens. @returns what ends it */
export function countHappenings(metrics: ServerMetrics): () => void {
  const names = new OperationNames();
  const ends = [
    requestEnded.listen(({ method, route, status, outcome = 'none', durationMs }) => {
      metrics.httpRequests.inc({ method, route, status, outcome });
      metrics.httpSeconds.observe({ route }, durationMs / 1000);
    }),
    operationEnded.listen(({ name, type: kind, outcome, transport, durationMs }) => {
      const operation = names.labelOf(name);
      const type = kind ?? 'none';
      metrics.operations.inc({ operation, type, outcome, transport });
      // A subscription lasts as long as its client likes, which says nothing about us.
      if (transport === 'http') metrics.operationSeconds.observe({ operation, type }, durationMs / 1000);
    }),
    socketChanged.listen(({ change }) => {
      metrics.sockets.inc(change === 'opened' ? 1 : -1);
    }),
    recalculationEnded.listen(({ outcome, durationMs, doneCount, failedCount }) => {
      metrics.recalculations.inc({ outcome });
      metrics.recalculationSeconds.observe({ outcome }, durationMs / 1000);
      metrics.recalculatedLeads.inc({ outcome: 'saved' }, doneCount);
      metrics.recalculatedLeads.inc({ outcome: 'refused' }, failedCount);
    }),
    scoresRefreshed.listen(({ savedCount, failedCount }) => {
      metrics.refreshedLeads.inc({ outcome: 'saved' }, savedCount);
      metrics.refreshedLeads.inc({ outcome: 'rejected' }, failedCount);
    }),
    providerAsked.listen(({ provider, outcome, durationMs }) => {
      metrics.providerRequests.inc({ provider, outcome });
      metrics.providerSeconds.observe({ provider }, durationMs / 1000);
    }),
    providerCounted.listen(({ promptTokens, completionTokens, costUsd }) => {
      metrics.providerTokens.inc({ kind: 'prompt' }, promptTokens ?? 0);
      metrics.providerTokens.inc({ kind: 'completion' }, completionTokens ?? 0);
      metrics.providerCost.inc(costUsd ?? 0);
    }),
    jobEnded.listen(({ error }) => {
      metrics.jobs.inc({ outcome: error === undefined ? 'done' : 'failed' });
    }),
    authenticationRefused.listen((refused) => {
      metrics.refusedAuthentications.inc({ ...refused });
    }),
    connectionClosed.listen(({ reason }) => {
      metrics.closedConnections.inc({ reason });
    }),
    rateLimited.listen(({ group }) => {
      metrics.rateLimited.inc({ group });
    }),
    requestTimedOut.listen(() => {
      metrics.timedOutRequests.inc();
    }),
    rejectionUnhandled.listen(() => {
      metrics.unhandledRejections.inc();
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}
