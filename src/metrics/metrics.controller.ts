import { createHash, timingSafeEqual } from 'node:crypto';
import { Controller, Get, Header, HttpStatus, NotFoundException, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { UnauthenticatedError } from '../access/authentication.js';
import { FailedAttempts } from '../access/failed-attempts.js';
import { ObservabilitySettings } from '../config/observability-settings.js';
import { MetricsService } from './metrics.service.js';

@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: MetricsService,
    private readonly failures: FailedAttempts,
    private readonly settings: ObservabilitySettings,
  ) {}

  /**
   * The metrics in the Prometheus text format. 401 without the token, 429 after too many wrong tokens, 404 if
   * metrics are off.
   */
  @Get()
  @Header('cache-control', 'no-store')
  async read(
    @Req() { headers: { authorization }, context }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    switch (decide(this.settings, authorization)) {
      case 'off':
        throw new NotFoundException('Cannot GET /metrics');
      case 'rejected':
        if (authorization !== undefined) await this.countFailure(context.address);
        void reply.status(HttpStatus.UNAUTHORIZED).header('www-authenticate', 'Bearer');
        return '';
      case 'allowed':
        void reply.header('content-type', this.metrics.contentType);
        return this.metrics.read();
    }
  }

  private countFailure(address = 'unknown'): Promise<void> {
    return this.failures.record(new UnauthenticatedError('the metrics token is wrong'), 'http', address);
  }
}

function decide(
  { metricsAccess }: ObservabilitySettings,
  authorization: string | undefined,
): 'allowed' | 'rejected' | 'off' {
  if (typeof metricsAccess === 'string') return metricsAccess === 'public' ? 'allowed' : 'off';
  const [, given = ''] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
  return timingSafeEqual(digestOf(given), digestOf(metricsAccess.token)) ? 'allowed' : 'rejected';
}

/** All digests have the same length, so the time of the comparison reveals nothing. */
const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();
