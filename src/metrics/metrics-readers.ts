import { createHash, timingSafeEqual } from 'node:crypto';
import type { ObservabilitySettings } from '../config/observability-settings.js';

/** Authenticates requests for the metrics. */
export class MetricsReaders {
  constructor(private readonly readers: ObservabilitySettings['metricsReaders']) {}

  /** `nobody`: the metrics are not available at all. */
  decide(authorization: string | undefined): 'admitted' | 'refused' | 'nobody' {
    if (typeof this.readers === 'string') return this.readers === 'anybody' ? 'admitted' : 'nobody';
    const [, given = ''] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
    return timingSafeEqual(digestOf(given), digestOf(this.readers.token)) ? 'admitted' : 'refused';
  }
}

/** All digests have the same length, so the time of the comparison reveals nothing. */
const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();
