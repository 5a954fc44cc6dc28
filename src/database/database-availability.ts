import { DomainError } from '../common/domain-error.js';

/** Whether the database answers, as far as anybody has looked: where nobody does, it is taken to. */
export class DatabaseAvailability {
  isAvailable = true;
  /** Whether it takes writes, as far as `WriteMonitor` knows. */
  takesWrites = true;

  /** @throws SERVICE_UNAVAILABLE */
  throwIfGone(): void {
    if (this.isAvailable) return;
    throw new DomainError('SERVICE_UNAVAILABLE', 'The database is not available just now; try again.');
  }
}
