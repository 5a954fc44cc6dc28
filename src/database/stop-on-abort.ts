import { setTimeout } from 'node:timers/promises';
import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';

/** A statement may start just after the cancel request, so the request is repeated. */
const CANCEL_INTERVAL_MS = 100;

/** Cancels the running statement of another session. @param pid of its server process */
export type CancelStatement = (pid: number) => Promise<unknown>;

/** Cancels over a pooled connection. */
export function cancelThroughPool(sequelize: Sequelize): CancelStatement {
  return (pid) => sequelize.query('SELECT pg_cancel_backend($1)', { bind: [pid] });
}

/**
 * Runs the work of a transaction and stops it soon after the signal is aborted, even if it waits for a lock.
 * The running statement is cancelled. The work must check the signal when a statement fails, and between
 * statements.
 */
export async function stopOnAbort<Result>(
  sequelize: Sequelize,
  transaction: Transaction,
  signal: AbortSignal,
  cancelStatement: CancelStatement,
  work: () => Promise<Result>,
): Promise<Result> {
  const [session] = await sequelize.query<{ pid: number }>('SELECT pg_backend_pid() AS pid', {
    type: QueryTypes.SELECT,
    transaction,
  });
  const hasEnded = new AbortController();
  let cancelling = Promise.resolve();
  const cancel = () => {
    if (session !== undefined) cancelling = cancelUntil(() => cancelStatement(session.pid), hasEnded.signal);
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    signal.throwIfAborted();
    return await work();
  } finally {
    signal.removeEventListener('abort', cancel);
    hasEnded.abort();
    // The next statement of the transaction must not be cancelled, since it is the rollback.
    await cancelling;
  }
}

async function cancelUntil(cancel: () => Promise<unknown>, hasEnded: AbortSignal): Promise<void> {
  while (!hasEnded.aborted) {
    // If this fails, the work stops at its next check of the signal.
    await cancel().catch(() => undefined);
    await waited(CANCEL_INTERVAL_MS, hasEnded);
  }
}

function waited(milliseconds: number, hasEnded: AbortSignal): Promise<void> {
  return setTimeout(milliseconds, undefined, { signal: hasEnded }).catch(() => undefined);
}
