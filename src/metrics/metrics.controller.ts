import { Controller, Get, Header, Headers, HttpStatus, NotFoundException, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { MetricsReaders } from './metrics-readers.js';
import { MetricsService } from './metrics.service.js';

@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: MetricsService,
    private readonly readers: MetricsReaders,
  ) {}

  /** The metrics in Prometheus' text format. 401 without the token, 404 where nobody may read them. */
  @Get()
  @Header('cache-control', 'no-store')
  async read(
    @Headers('authorization') authorization: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    switch (this.readers.decide(authorization)) {
      case 'nobody':
        throw new NotFoundException('Cannot GET /metrics');
      case 'refused':
        void reply.status(HttpStatus.UNAUTHORIZED).header('www-authenticate', 'Bearer');
        return '';
      case 'admitted':
        void reply.header('content-type', this.metrics.contentType);
        return this.metrics.read();
    }
  }
}
