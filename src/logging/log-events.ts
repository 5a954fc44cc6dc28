import { exportEnded } from '../exports/errors-and-events.js';
import { operationEnded, websocketChanged } from '../graphql/errors-and-events.js';
import { importEnded, importStarted, importUndone } from '../imports/errors-and-events.js';
import { listNearLimit } from '../list-sizes/list-size.js';
import {
  recalculationEnded,
  recalculationStarted,
  scoresRefreshed,
} from '../recalculation/errors-and-events.js';
import { scoreEvaluationEnded } from '../score-evaluations/errors-and-events.js';
import { scoringRulesChanged } from '../scoring-rules/errors-and-events.js';
import { providerRequested } from '../summaries/errors-and-events.js';
import { batchChanged, jobEnded } from '../summary-batches/errors-and-events.js';
import type { Log } from './log.js';

const LIMIT_SETTINGS = { leads: 'LEADS_LIST_LIMIT', interactions: 'INTERACTIONS_LIST_LIMIT' } as const;

/** Logs warnings about lists that approach their limits. @returns a function that ends the subscription */
export function logListsNearLimit(log: Log): () => void {
  return listNearLimit.subscribe((size) => {
    const { list, count, limit } = size;
    const state =
      count > limit ? `fails: there are more than ${limit}` : `fails beyond ${limit}: there are ${count}`;
    log.warn(
      size,
      `The query ${list} ${state} (${LIMIT_SETTINGS[list]}). Clients can ask for pages instead.`,
    );
  });
}

/** Logs events that have no HTTP request of their own. @returns a function that ends the subscriptions */
export function logEvents(log: Log): () => void {
  const ends = [
    logListsNearLimit(log),
    operationEnded.subscribe(({ transport, name, type, outcome, durationMs }) => {
      // For HTTP, the log line of the request contains the operation.
      if (transport === 'http') return;
      log.info(
        { operation: name ?? undefined, operationType: type, outcome, durationMs },
        'websocket operation',
      );
    }),
    websocketChanged.subscribe(({ change }) => {
      log.info(`websocket ${change}`);
    }),
    recalculationStarted.subscribe((run) => {
      log.info(run, 'recalculation started');
    }),
    recalculationEnded.subscribe((run) => {
      log[run.outcome === 'failed' ? 'warn' : 'info'](run, 'recalculation ended');
    }),
    importStarted.subscribe((one) => {
      log.info(one, 'import started');
    }),
    importEnded.subscribe((one) => {
      log[one.outcome === 'failed' ? 'warn' : 'info'](one, 'import ended');
    }),
    importUndone.subscribe((one) => {
      log.info(one, 'import undone');
    }),
    scoreEvaluationEnded.subscribe((one) => {
      log[one.outcome === 'failed' ? 'warn' : 'info'](one, 'score evaluation ended');
    }),
    scoringRulesChanged.subscribe((one) => {
      log.info(one, 'scoring rules changed');
    }),
    scoresRefreshed.subscribe((refresh) => {
      log.debug(refresh, 'scores refreshed');
    }),
    providerRequested.subscribe((call) => {
      log[call.outcome === 'OK' ? 'info' : 'warn'](call, 'provider request');
    }),
    batchChanged.subscribe((batch) => {
      log.info(batch, 'summary batch');
    }),
    exportEnded.subscribe((file) => {
      log[file.isComplete ? 'info' : 'warn'](file, file.isComplete ? 'export ended' : 'export aborted');
    }),
    jobEnded.subscribe(({ error, ...job }) => {
      if (error === undefined) log.debug(job, 'job ended');
      else log.warn({ ...job, err: error }, 'job failed');
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}
