import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Transaction } from 'sequelize';

/** A statement may start just after the cancel request, so the request is repeated. */
const REPEAT_MS = 100;

/** How often to check whether the next statement has started. */
const CHECK_MS = 10;

/** A pooler may drop cancel requests. Cutting the connection of a transaction then rolls it back. */
const CUT_TRANSACTION_AFTER_MS = 5_000;

/** How long the server may take to process a cancel request. */
const CANCEL_TIMEOUT_MS = 500;

/** Internals of the driver that its types omit. */
interface Session extends Pick<pg.Client, 'host' | 'port'> {
  readonly processID: number | null;
  readonly secretKey: number | null;
  /** True if no statement is running. */
  readonly readyForQuery: boolean;
  readonly connection: { readonly stream: net.Socket };
}

/**
 * Cancels the statements that run on a connection from `start` to `stop`. The cancel request is sent over a
 * socket of its own, so it needs no pooled connection. If a cancel request may still arrive later, the
 * connection is cut: the request would cancel a statement of its next user.
 */
export class StatementCanceller {
  private isStopped = false;
  private cancelling: Promise<void> | undefined;
  private readonly session: Session;

  /**
   * @param connection a connection of the driver
   * @param isHopeless whether to cut the connection rather than cancel its statement, because PostgreSQL does not
   * respond; gets the milliseconds since `start`
   */
  constructor(
    connection: object,
    private readonly isHopeless: (elapsedMs: number) => boolean = () => false,
  ) {
    this.session = connection as Session;
  }

  start(): void {
    this.cancelling ??= this.cancel();
  }

  /** @returns undefined if nothing was cancelled; else it resolves when no cancel request is in progress */
  stop(): Promise<void> | undefined {
    this.isStopped = true;
    return this.cancelling;
  }

  private async cancel(): Promise<void> {
    const begunAt = performance.now();
    const { session } = this;
    while (!this.isStopped) {
      const isRunning = !session.readyForQuery;
      if (isRunning) {
        const isCut = this.isHopeless(performance.now() - begunAt) || !(await sendCancelRequest(session));
        if (isCut) session.connection.stream.destroy();
      }
      if (!this.isStopped) await sleep(isRunning ? REPEAT_MS : CHECK_MS);
    }
  }
}

/**
 * Runs the work of a transaction and stops it soon after the signal is aborted, even if it waits for a lock.
 * The work must check the signal when a statement fails, and between statements.
 */
export async function stopOnAbort<Result>(
  transaction: Transaction,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  // The types of Sequelize omit the connection.
  const { connection } = transaction as unknown as { readonly connection: object };
  const canceller = new StatementCanceller(connection, (elapsedMs) => elapsedMs > CUT_TRANSACTION_AFTER_MS);
  const start = () => {
    canceller.start();
  };
  signal.addEventListener('abort', start, { once: true });
  try {
    signal.throwIfAborted();
    return await work();
  } finally {
    signal.removeEventListener('abort', start);
    // The next statement of the transaction must not be cancelled, since it is the rollback.
    await canceller.stop();
  }
}

const CANCEL_REQUEST_CODE = 80_877_102;

/**
 * Implements "Canceling Requests in Progress" of PostgreSQL's protocol: a second connection, which the server
 * closes once it has processed the request. It is not encrypted, as with libpq up to version 16, and needs no
 * password.
 * @returns false if it is unknown whether the request has arrived or will arrive
 */
function sendCancelRequest({ host, port, processID, secretKey }: Session): Promise<boolean> {
  const message = Buffer.alloc(16);
  message.writeInt32BE(16, 0);
  message.writeInt32BE(CANCEL_REQUEST_CODE, 4);
  message.writeInt32BE(processID ?? 0, 8);
  message.writeInt32BE(secretKey ?? 0, 12);
  const socket = host.startsWith('/') ? net.connect(`${host}/.s.PGSQL.${port}`) : net.connect({ host, port });
  return new Promise((resolve) => {
    let isKnown = true;
    socket.setTimeout(CANCEL_TIMEOUT_MS, () => {
      isKnown = false;
      socket.destroy();
    });
    // If it fails, the next attempt may succeed. In the end, the connection is destroyed.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(isKnown);
    });
    socket.on('connect', () => socket.write(message));
    socket.resume();
  });
}
