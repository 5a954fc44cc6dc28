import { Controller, Get, Header, HttpStatus, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { ListSizeReading } from '../list-sizes/list-size.js';
import { ListSizes } from '../list-sizes/list-sizes.js';
import { Readiness } from './readiness.js';
import { type Condition, type Conditions, ServerChecks } from './server-checks.js';

interface Health extends Pick<Conditions, 'database' | 'summaries'> {
  readonly status: Condition;
  /** Present while this server waits for the provider of summaries. */
  readonly summariesPausedForSeconds?: number;
}

interface Ready {
  readonly status: Condition | 'stopping';
  readonly checks: Conditions;
  /** How near the lists that are answered in one piece are to their limits; they decide nothing. */
  readonly lists: Readonly<Record<'leads' | 'interactions', ListSizeReading>>;
}

/** How the server does, for a load balancer and for people. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly checks: ServerChecks,
    private readonly readiness: Readiness,
    private readonly listSizes: ListSizes,
  ) {}

  /** 200 where requests are served, all but summaries perhaps; 503 where they are not. */
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

  /** 200 as long as the process answers: whoever gets no answer starts it anew. Nothing else is looked at. */
  @Get('live')
  @Header('cache-control', 'no-store')
  live(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  /** 200 where requests may be sent here; 503 where none should be, since something is missing or the server is about to stop. */
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
