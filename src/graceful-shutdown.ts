import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { OpenRequests } from './common/request-deadline.js';
import { TimeSettings } from './config/time-settings.js';
import { OpenSockets } from './graphql/open-sockets.js';
import { Readiness } from './health/readiness.js';
import { ImportsService } from './imports/imports.service.js';
import { RecalculationService } from './recalculation/recalculation.service.js';
import { ScoreEvaluationsService } from './score-evaluations/score-evaluations.service.js';
import { SummaryWorkers } from './summary-batches/summary-workers.js';

const POLL_MS = 20;
/** Time for sending the errors of requests that were aborted. */
const LAST_ANSWERS_MS = 2_000;
const REASON = 'The server is shutting down';

/**
 * Shuts down the server within its time limit, before the application closes:
 * - Readiness fails. The server still accepts requests during the delay, until load balancers have noticed.
 * - The server rejects new requests, rolls back the recalculation and imports, cancels evaluations, and returns the jobs of
 *   the workers to the queue.
 * - The server waits for open requests. Requests that take longer are aborted, in PostgreSQL too.
 */
@Injectable()
export class GracefulShutdown implements OnModuleDestroy {
  private draining: Promise<void> | null = null;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly times: TimeSettings,
    private readonly readiness: Readiness,
    private readonly sockets: OpenSockets,
    private readonly recalculation: RecalculationService,
    private readonly imports: ImportsService,
    private readonly evaluations: ScoreEvaluationsService,
    private readonly workers: SummaryWorkers,
    private readonly openRequests: OpenRequests,
  ) {}

  /** Nest calls the hooks of the root module first, so this runs before Apollo Server waits for requests. */
  onModuleDestroy(): Promise<void> {
    return this.drain();
  }

  /** Further calls wait for the same shutdown. */
  drain(): Promise<void> {
    return (this.draining ??= this.finish());
  }

  private async finish(): Promise<void> {
    const { shutdownDelayMs, shutdownMs } = this.times;
    const server = this.host.httpAdapter.getHttpServer() as Server;
    this.readiness.beginShutdown();
    // No load balancer knows a server whose start has failed.
    if (server.listening) await sleep(shutdownDelayMs);
    this.readiness.beginDraining();
    const until = performance.now() + shutdownMs;
    this.sockets.closeAll(REASON);
    const stopping = Promise.allSettled([
      this.recalculation.stop(),
      this.evaluations.stop(),
      this.imports.stop(),
      this.workers.stop(),
    ]);
    await this.untilDone(until);
    this.openRequests.endAll(`${REASON}; try again.`);
    await this.untilDone(performance.now() + LAST_ANSWERS_MS);
    const remainingMs = Math.max(0, until - performance.now()) + LAST_ANSWERS_MS;
    await Promise.race([stopping, sleep(remainingMs, undefined, { ref: false })]);
    server.closeAllConnections();
  }

  private async untilDone(until: number): Promise<void> {
    while (this.openRequests.count > 0 && performance.now() < until) await sleep(POLL_MS);
  }
}
