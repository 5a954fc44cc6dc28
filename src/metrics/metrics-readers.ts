import { createHash, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ObservabilitySettings } from '../config/observability-settings.js';

/** Authenticates requests for the metrics. */
@Injectable()
export class MetricsReaders {
  constructor(private readonly settings: ObservabilitySettings) {}

  /** `nobody`: the metrics are not available at all. */
  decide(authorization: string | undefined): 'admitted' | 'rejected' | 'nobody' {
    const { metricsReaders: readers } = this.settings;
    if (typeof readers === 'string') return readers === 'anybody' ? 'admitted' : 'nobody';
    const [, given = ''] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
    return timingSafeEqual(digestOf(given), digestOf(readers.token)) ? 'admitted' : 'rejected';
  }
}

/** All digests have the same length, so the time of the comparison reveals nothing. */
const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();
