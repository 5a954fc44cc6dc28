import { Controller, Get, Header, HttpStatus, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { ListSizeReading } from '../list-sizes/list-size.js';
import { ListSizes } from '../list-sizes/list-sizes.js';
import { Readiness } from './readiness.js';
import { type Condition, type Conditions, ServerChecks } from './server-checks.js';

interface Health extends Pick<Conditions, 'database' | 'summaries'> {
  readonly status: Condition;
  /** Only present while this server does not call the summary provider. */
  readonly summariesPausedForSeconds?: number;
}

interface Ready {
  readonly status: Condition | 'stopping';
  readonly checks: Conditions;
  /** How close the lists without pages are to their limits. They do not affect the status. */
  readonly lists: Readonly<Record<'leads' | 'interactions', ListSizeReading>>;
}

/** The health of the server, for load balancers and people. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly checks: ServerChecks,
    private readonly readiness: Readiness,
    private readonly listSizes: ListSizes,
  ) {}

  /** 200 if the server serves requests, even if some features are degraded; otherwise 503. */
  @Get()
  @Header('cache-control', 'no-store')
  async read(@Res({ passthrough: true }) reply: FastifyReply): Promise<Health> {
    const { database, writes, summaries } = await this.checks.read();
    const status = this.readiness.isShuttingDown ? 'down' : worstOf([database, writes, summaries]);
    reply.status(statusOf(status));
    const seconds = this.checks.summariesPausedForSeconds();
    return {
      status,
      database,
      summaries,
      ...(seconds > 0 ? { summariesPausedForSeconds: seconds } : {}),
    };
  }

  /**
   * 200 while the process responds. It checks nothing else: an orchestrator restarts a process that does not
   * respond.
   */
  @Get('live')
  @Header('cache-control', 'no-store')
  live(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  /**
   * 200 if load balancers may send requests; 503 if a dependency is missing or the server is about to stop.
   */
  @Get('ready')
  @Header('cache-control', 'no-store')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Ready> {
    const [checks, leads, interactions] = await Promise.all([
      this.checks.read(),
      this.listSizes.leads.read(),
      this.listSizes.interactions.read(),
    ]);
    const status = this.readiness.isShuttingDown ? 'stopping' : worstOf(Object.values(checks) as Condition[]);
    reply.status(statusOf(status));
    return { status, checks, lists: { leads, interactions } };
  }
}

const statusOf = (status: Ready['status']): HttpStatus =>
  status === 'down' || status === 'stopping' ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.OK;

const worstOf = (conditions: readonly Condition[]): Condition =>
  (['down', 'degraded'] as const).find((worse) => conditions.includes(worse)) ?? 'ok';
