import { Injectable, Logger } from '@nestjs/common';
import { authenticationFailed } from '../common/events.js';
import type { UnauthenticatedError } from './authentication.js';

/** Limits failed attempts to authenticate per client address, on all replicas together. */
export abstract class AttemptLimit {
  /** Whether this process knows that the limit of the address is reached. Asks no database. */
  abstract isReached(address: string): boolean;

  /** Counts one failed attempt. @throws DomainError RATE_LIMITED if the address has made too many */
  abstract countRefusal(address: string): Promise<void>;
}

/** Where a credential was presented. */
type Transport = 'http' | 'websocket';

/** Logs, counts and limits credentials that were rejected, whichever way they came. */
@Injectable()
export class FailedAttempts {
  private readonly logger = new Logger('Access');

  constructor(private readonly limit: AttemptLimit) {}

  /** Whether the next wrong credential of the address must cost no more than a comparison in memory. */
  isLimited(address: string): boolean {
    return this.limit.isReached(address);
  }

  /** @throws DomainError RATE_LIMITED if the address has failed too often */
  async record(error: UnauthenticatedError, transport: Transport, address: string): Promise<void> {
    this.logger.warn(`${transport === 'http' ? 'Request' : 'WebSocket'} rejected: ${error.message}.`);
    authenticationFailed.publish({ reason: 'invalid', transport });
    await this.limit.countRefusal(address);
  }
}
