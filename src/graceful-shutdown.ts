import { setTimeout as sleep } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { endAllRequests, hasOpenRequests } from './common/request-deadline.js';
import type { TimeSettings } from './config/time-settings.js';
import { OpenSockets } from './graphql/open-sockets.js';
import { Readiness } from './health/readiness.js';
import { RecalculationService } from './recalculation/recalculation.service.js';
import { SummaryWorkers } from './summary-batches/summary-workers.js';

const POLL_MS = 20;
/** Time for sending the errors of requests that were aborted. */
const LAST_ANSWERS_MS = 2_000;
const REASON = 'The server is shutting down';

/**
 * Shuts down the server within its time limit:
 * - Readiness fails. The server still accepts requests during the delay, until load balancers have noticed.
 * - The server rejects new requests, rolls back the recalculation and returns the jobs of the workers to the
 *   queue.
 * - The server waits for open requests. Requests that take longer are aborted, in PostgreSQL too.
 */
export async function drain(
  app: NestFastifyApplication,
  { shutdownDelayMs, shutdownMs }: TimeSettings,
): Promise<void> {
  const readiness = app.get(Readiness, { strict: false });
  readiness.beginShutdown();
  if (shutdownDelayMs > 0) await sleep(shutdownDelayMs);
  readiness.beginDraining();
  const until = performance.now() + shutdownMs;
  app.get(OpenSockets, { strict: false }).closeAll(REASON);
  const stopping = Promise.allSettled([
    app.get(RecalculationService, { strict: false }).stop(),
    app.get(SummaryWorkers, { strict: false }).stop(),
  ]);
  await untilDone(until);
  endAllRequests(`${REASON}; try again.`);
  await untilDone(performance.now() + LAST_ANSWERS_MS);
  await Promise.race([stopping, sleep(Math.max(0, until - performance.now()) + LAST_ANSWERS_MS)]);
  app.getHttpServer().closeAllConnections();
}

async function untilDone(until: number): Promise<void> {
  while (hasOpenRequests() && performance.now() < until) await sleep(POLL_MS);
}
