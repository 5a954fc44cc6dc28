import type { Sequelize } from 'sequelize';
import { currentRequest } from '../common/request-context.js';
import type { EndsWithRequest, RequestDeadline } from '../common/request-deadline.js';
import type { ConnectionPolicy, Lease, PooledConnection } from './connection-policy.js';
import type { DatabaseAvailability } from './database-availability.js';
import { StatementCanceller } from './statement-canceller.js';

/** If PostgreSQL does not respond for this time, it will not end the statement either. */
const CUT_AFTER_MS = 1_000;

/**
 * Cancels the statements of a request when its deadline ends. A connection returns to the pool only after
 * cancelling has ended, so that it cannot affect the next user. Work without a request, or with its own time
 * limit, is not affected.
 */
export function cancelWithRequest(
  sequelize: Sequelize,
  availability: DatabaseAvailability,
): ConnectionPolicy {
  const deadlines = new Map<PooledConnection, RequestDeadline>();
  sequelize.addHook('beforeQuery', ({ transaction, ...options }, query) => {
    if (transaction == null || 'completesTransaction' in options) return;
    deadlines.get((query as { connection: PooledConnection }).connection)?.throwIfOver();
  });

  return async (purpose, next) => {
    const deadline = currentRequest()?.deadline;
    if (deadline === undefined) return next(purpose);
    deadline.throwIfOver();
    availability.throwIfGone();
    const lease = await unlessOver(deadline, next(purpose));
    const { connection } = lease;
    const canceller = new StatementCanceller(
      connection,
      (elapsedMs) => elapsedMs > CUT_AFTER_MS || !availability.isAvailable,
    );
    const cancellation: EndsWithRequest = {
      abort: () => {
        canceller.start();
      },
    };
    deadlines.set(connection, deadline);
    deadline.track(cancellation);
    /** Undefined: no statement is being cancelled. */
    const settle = (): Promise<void> | undefined => {
      deadlines.delete(connection);
      deadline.untrack(cancellation);
      return canceller.stop();
    };
    return {
      connection,
      release: () => {
        const settling = settle();
        if (settling === undefined) lease.release();
        else
          void settling.then(() => {
            lease.release();
          });
      },
      destroy: async () => {
        await settle();
        await lease.destroy();
      },
    };
  };
}

/** Releases a connection at once if it arrives after the deadline. */
function unlessOver(deadline: RequestDeadline, arriving: Promise<Lease>): Promise<Lease> {
  return new Promise((resolve, reject) => {
    const waiting: EndsWithRequest = {
      abort: () => {
        reject(deadline.error ?? new Error('The request has ended.'));
      },
    };
    deadline.track(waiting);
    arriving.then(
      (lease) => {
        deadline.untrack(waiting);
        if (deadline.isOver) lease.release();
        else resolve(lease);
      },
      (error: Error) => {
        deadline.untrack(waiting);
        reject(error);
      },
    );
  });
}
