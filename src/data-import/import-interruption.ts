import { setTimeout } from 'node:timers/promises';
import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';

/** Somebody stopped the import; it was rolled back. */
export class ImportInterruptedError extends Error {
  override readonly name = 'ImportInterruptedError';
}

/** A statement may begin just after it was to be cancelled, so cancelling is repeated. */
const CANCEL_INTERVAL_MS = 100;

/**
 * Runs the work of a transaction so that it stops soon where the signal says so, even while it waits for a lock:
 * the statement that is running is cancelled. The work has to look at the signal when a statement fails, and
 * between statements.
 */
export async function stopOnAbort<Result>(
  sequelize: Sequelize,
  transaction: Transaction,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  const [session] = await sequelize.query<{ pid: number }>('SELECT pg_backend_pid() AS pid', {
    type: QueryTypes.SELECT,
    transaction,
  });
  const hasEnded = new AbortController();
  let cancelling = Promise.resolve();
  const cancel = () => {
    cancelling = cancelUntil(sequelize, session?.pid, hasEnded.signal);
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

async function cancelUntil(
  sequelize: Sequelize,
  pid: number | undefined,
  hasEnded: AbortSignal,
): Promise<void> {
  while (!hasEnded.aborted) {
    // Where this fails, the work stops by itself when it next looks at the signal.
    await sequelize.query('SELECT pg_cancel_backend($1)', { bind: [pid] }).catch(() => undefined);
    await waited(CANCEL_INTERVAL_MS, hasEnded);
  }
}

function waited(milliseconds: number, hasEnded: AbortSignal): Promise<void> {
  return setTimeout(milliseconds, undefined, { signal: hasEnded }).catch(() => undefined);
}
