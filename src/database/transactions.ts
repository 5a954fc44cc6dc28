import { setTimeout as sleep } from 'node:timers/promises';
import { type Sequelize, Transaction } from 'sequelize';
import { callerName } from '../common/caller-name.js';
import { currentRequest } from '../common/request-context.js';
import { errorCodeOf } from './connection-errors.js';
import { toDomainError, TransactionLostError } from './database-errors.js';
import { beginTransaction } from './session-settings.js';

/**
 * Maximum number of attempts, and the maximum pause before the second one. The maximum doubles for each
 * further pause.
 */
const MAX_TRIES = 5;
const FIRST_PAUSE_MS = 20;

/** A serialization failure and a deadlock: PostgreSQL has rolled back, and a retry may succeed. */
const CONFLICTS: ReadonlySet<string> = new Set(['40001', '40P01']);

/**
 * Runs a use case in one transaction, which is committed or rolled back as a whole. Database errors are
 * converted to domain errors if a client can do something about them.
 *
 * A transaction that PostgreSQL has rolled back because of other transactions is retried. So `work` may run
 * several times, and must change nothing outside the transaction. Other changes belong into `afterCommit`.
 */
export async function inTransaction<Result>(
  sequelize: Sequelize,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  return withDomainErrors(() => retryConflicts(() => runOnce(sequelize, work)));
}

/**
 * Like `inTransaction`, but without retries: for work that cannot be repeated, since it reads a stream or
 * reports progress.
 */
export async function inSingleTransaction<Result>(
  sequelize: Sequelize,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  return withDomainErrors(() => runOnce(sequelize, work));
}

/**
 * Retries, a few times, a transaction or a single statement that PostgreSQL has rolled back because of other
 * transactions. Any other error is thrown at once, especially that of a commit with an unknown outcome.
 */
export async function retryConflicts<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (count === MAX_TRIES || !CONFLICTS.has(errorCodeOf(error) ?? '')) throw error;
    }
    // Random, so that two transactions that were in conflict do not retry at the same time.
    await sleep(Math.random() * FIRST_PAUSE_MS * 2 ** (count - 1));
    currentRequest()?.deadline?.throwIfOver();
  }
}

function runOnce<Result>(
  sequelize: Sequelize,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  return sequelize.transaction(async (transaction) => {
    const result = await work(transaction);
    // Ensures that a client that gets a timeout error can rely on nothing having been changed.
    currentRequest()?.deadline?.throwIfOver();
    return result;
  });
}

/** Internals of Sequelize that its types omit. */
interface SequelizeInternals {
  /** Set after the first connection. */
  readonly options: { readonly databaseVersion: string | number };
  getQueryInterface(): {
    readonly queryGenerator: {
      startTransactionQuery(transaction: { readonly parent?: unknown }): string;
    };
  };
}

/**
 * Sends the settings of each transaction in the message that begins it, before a default timeout of the role
 * or the database can end it. The name of the caller is among them, for triggers that record who changes a
 * row.
 */
export function prepareTransactions(sequelize: Sequelize): void {
  const internals = sequelize as unknown as SequelizeInternals;
  const { queryGenerator } = internals.getQueryInterface();
  const startTransactionQuery = queryGenerator.startTransactionQuery.bind(queryGenerator);
  queryGenerator.startTransactionQuery = (transaction) =>
    transaction.parent == null
      ? beginTransaction(Number.parseInt(String(internals.options.databaseVersion), 10), callerName())
      : startTransactionQuery(transaction);
}

async function withDomainErrors<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw toDomainError(error) ?? error;
  }
}

/**
 * Runs a part of a transaction behind a savepoint. If it fails, its changes are rolled back and the
 * transaction can continue. Without a savepoint, PostgreSQL rejects every statement after an error.
 * @throws TransactionLostError if the transaction cannot continue; otherwise the error of `work`, after the
 *   rollback
 */
export async function withSavepoint<Result>(
  sequelize: Sequelize,
  transaction: Transaction,
  work: () => Promise<Result>,
): Promise<Result> {
  const control = async (statement: string, cause?: unknown) => {
    try {
      await sequelize.query(statement, { transaction });
    } catch (error) {
      throw new TransactionLostError('The connection was lost within a transaction.', {
        cause: cause ?? error,
      });
    }
  };
  await control('SAVEPOINT part');
  try {
    const result = await work();
    await sequelize.query('RELEASE SAVEPOINT part', { transaction });
    return result;
  } catch (error) {
    await control('ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part', error);
    throw error;
  }
}
