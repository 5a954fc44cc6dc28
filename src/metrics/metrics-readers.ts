import { createHash, timingSafeEqual } from 'node:crypto';
import type { ObservabilitySettings } from '../config/observability-settings.js';

/** Who may read the metrics. */
export class MetricsReaders {
  constructor(private readonly readers: ObservabilitySettings['metricsReaders']) {}

  /** `nobody`: there is nothing to be read at all. */
  decide(authorization: string | undefined): 'admitted' | 'refused' | 'nobody' {
    if (typeof this.readers === 'string') return this.readers === 'anybody' ? 'admitted' : 'nobody';
    const [, given = ''] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
    return timingSafeEqual(digestOf(given), digestOf(this.readers.token)) ? 'admitted' : 'refused';
  }
}

/** Of one length, whatever is given: how long a comparison takes then tells nothing. */
const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();
