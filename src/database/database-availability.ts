import { DomainError } from '../common/domain-error.js';

/** Whether the database responds, according to `DatabaseMonitor`. True in programs without a monitor. */
export class DatabaseAvailability {
  isAvailable = true;
  /** Whether it accepts writes, according to `WriteMonitor`. */
  takesWrites = true;

  /** @throws SERVICE_UNAVAILABLE */
  throwIfGone(): void {
    if (this.isAvailable) return;
    throw new DomainError('SERVICE_UNAVAILABLE', 'The database is not available at the moment; try again.');
  }
}
