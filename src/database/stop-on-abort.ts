import { setTimeout } from 'node:timers/promises';
import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';

/** A statement may begin just after it was to be cancelled, so cancelling is repeated. */
const CANCEL_INTERVAL_MS = 100;

/** Cancels whatever statement another session is running. @param pid of the session's server process */
export type CancelStatement = (pid: number) => Promise<unknown>;

/** Over a connection of the pool. */
export function cancelThroughPool(sequelize: Sequelize): CancelStatement {
  return (pid) => sequelize.query('SELECT pg_cancel_backend($1)', { bind: [pid] });
}

/**
 * Runs the work of a transaction so that it stops soon where the signal says so, even while it waits for a lock:
 * the statement that is running is cancelled. The work has to look at the signal when a statement fails, and
 * between statements.
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
    // What comes next in the transaction must not be cancelled: it is the way back.
    await cancelling;
  }
}

async function cancelUntil(cancel: () => Promise<unknown>, hasEnded: AbortSignal): Promise<void> {
  while (!hasEnded.aborted) {
    // Where this fails, the work stops by itself when it next looks at the signal.
    await cancel().catch(() => undefined);
    await waited(CANCEL_INTERVAL_MS, hasEnded);
  }
}

function waited(milliseconds: number, hasEnded: AbortSignal): Promise<void> {
  return setTimeout(milliseconds, undefined, { signal: hasEnded }).catch(() => undefined);
}
