import { setTimeout as sleep } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { endAllRequests, hasOpenRequests } from './common/request-deadline.js';
import type { TimeSettings } from './config/time-settings.js';
import { OpenSockets } from './graphql/open-sockets.js';
import { Readiness } from './health/readiness.js';
import { RecalculationService } from './recalculation/recalculation.service.js';
import { SummaryWorkers } from './summary-batches/summary-workers.js';

const POLL_MS = 20;
/** For the answers that say that a request was cut. */
const LAST_ANSWERS_MS = 2_000;
const REASON = 'The server is shutting down';

/**
 * Has a server finish what it can within its limit: readiness goes red, and for a while that load balancers need to notice
 * it serves as before; then it takes nothing new, has the recalculation roll back and the workers put back their jobs, and
 * waits for requests under way. What takes longer is ended, in PostgreSQL too.
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
