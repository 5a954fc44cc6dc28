import { Controller, Get, Header, HttpStatus, Res } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import type { FastifyReply } from 'fastify';
import { Sequelize } from 'sequelize';
import { SummaryWriter } from '../leads/summaries/summary-writer.js';
import { Readiness } from './readiness.js';

type Condition = 'ok' | 'degraded' | 'down';

interface Health {
  readonly status: Condition;
  readonly database: Condition;
  /** The service that summaries are written through. */
  readonly summaries: Condition;
}

/** How the server does, for a load balancer and for people. */
@Controller('health')
export class HealthController {
  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly writer: SummaryWriter,
    private readonly readiness: Readiness,
  ) {}

  /** 200 where requests are served, all but summaries perhaps; 503 where they are not. */
  @Get()
  @Header('cache-control', 'no-store')
  async read(@Res({ passthrough: true }) reply: FastifyReply): Promise<Health> {
    const database = await this.databaseCondition();
    const summaries = this.writer.health().isDegraded ? 'degraded' : 'ok';
    const isDown = database === 'down' || this.readiness.isShuttingDown;
    if (isDown) reply.status(HttpStatus.SERVICE_UNAVAILABLE);
    return { status: isDown ? 'down' : summaries, database, summaries };
  }

  private async databaseCondition(): Promise<Condition> {
    try {
      await this.sequelize.query('SELECT 1');
      return 'ok';
    } catch {
      return 'down';
    }
  }
}
