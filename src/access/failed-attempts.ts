import { Injectable, Logger } from '@nestjs/common';
import { authenticationFailed, type UnauthenticatedError } from './authentication.js';

/** Limits failed authentication attempts per client address, across all replicas. */
export abstract class AttemptLimit {
  /** Whether this process knows that the address has reached its limit. Does not query the database. */
  abstract isReached(address: string): boolean;

  /** Counts one failed attempt. @throws DomainError RATE_LIMITED if the address has made too many */
  abstract countAuthFailure(address: string): Promise<void>;
}

/** The transport of the credential. */
type Transport = 'http' | 'websocket';

/** Logs, counts and limits rejected credentials, over both transports. */
@Injectable()
export class FailedAttempts {
  private readonly logger = new Logger('Access');

  constructor(private readonly limit: AttemptLimit) {}

  /** Whether the next wrong credential of the address must not cause more than a comparison in memory. */
  isLimited(address: string): boolean {
    return this.limit.isReached(address);
  }

  /** @throws DomainError RATE_LIMITED if the address has failed too often */
  async record(error: UnauthenticatedError, transport: Transport, address: string): Promise<void> {
    this.logger.warn(`${transport === 'http' ? 'Request' : 'WebSocket'} rejected: ${error.message}.`);
    authenticationFailed.publish({ reason: 'invalid', transport });
    await this.limit.countAuthFailure(address);
  }
}
