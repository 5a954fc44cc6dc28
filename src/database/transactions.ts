import { setTimeout as sleep } from 'node:timers/promises';
import { type Sequelize, Transaction } from 'sequelize';
import { currentRequest } from '../common/request-context.js';
import { errorCodeOf } from './connection-faults.js';
import { toDomainError, TransactionLostError } from './database-errors.js';
import { beginTransaction } from './session-settings.js';

/** Tries in all, and the longest pause before the second; each later pause may be twice as long. */
const MAX_TRIES = 5;
const FIRST_PAUSE_MS = 20;

/** A serialization failure and a deadlock: PostgreSQL has rolled back, and says that trying again may succeed. */
const CONFLICTS: ReadonlySet<string> = new Set(['40001', '40P01']);

/**
 * Runs a use case in one transaction: all of it is kept, or nothing. Errors of the database come out as
 * errors of the domain where a client can do something about them.
 *
 * A transaction that PostgreSQL has rolled back because of other transactions is tried again. So `work` may run several
 * times and must change nothing outside the transaction; `afterCommit` is the place for what must.
 */
export async function inTransaction<Result>(
  sequelize: Sequelize,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  return withDomainErrors(() => retryConflicts(() => runOnce(sequelize, work)));
}

/** As `inTransaction`, for work that cannot be repeated: it reads streams, or reports to others while it goes on. */
export async function inSingleTransaction<Result>(
  sequelize: Sequelize,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  return withDomainErrors(() => runOnce(sequelize, work));
}

/**
 * Has statements that are no part of a transaction, and so are one of their own, tried again as transactions are. To be
 * called after everything else that decides where statements are sent.
 */
export function retryStatements(sequelize: Sequelize): void {
  const query = sequelize.query.bind(sequelize) as (
    sql: unknown,
    options?: StatementOptions,
  ) => Promise<unknown>;
  const retried = (sql: unknown, options?: StatementOptions) =>
    options?.transaction == null ? retryConflicts(() => query(sql, options)) : query(sql, options);
  sequelize.query = retried as typeof sequelize.query;
}

interface StatementOptions {
  readonly transaction?: unknown;
}

/**
 * Tries again, a few times, what PostgreSQL has rolled back because of other transactions: a transaction, or a statement
 * that is one of its own. Any other error is thrown at once, above all that of a commit whose outcome is not known.
 */
export async function retryConflicts<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (count === MAX_TRIES || !CONFLICTS.has(errorCodeOf(error) ?? '')) throw error;
    }
    // Of different lengths, so that those who met once do not meet again.
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
    // Who is told that the time was up is told as well that nothing was changed.
    currentRequest()?.deadline?.throwIfOver();
    return result;
  });
}

/** What Sequelize has, and its types do not. */
interface SequelizeInternals {
  /** The version is known since the first connection. */
  readonly options: { readonly databaseVersion: string | number };
  getQueryInterface(): {
    readonly queryGenerator: {
      startTransactionQuery(transaction: { readonly parent?: unknown }): string;
    };
  };
}

/**
 * Has each transaction ask for the settings that it relies on in the message that begins it, before any limit that is a
 * default of the role or the database can end it.
 */
export function prepareTransactions(sequelize: Sequelize): void {
  const internals = sequelize as unknown as SequelizeInternals;
  const { queryGenerator } = internals.getQueryInterface();
  const startTransactionQuery = queryGenerator.startTransactionQuery.bind(queryGenerator);
  queryGenerator.startTransactionQuery = (transaction) =>
    transaction.parent == null
      ? beginTransaction(Number.parseInt(String(internals.options.databaseVersion), 10))
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
 * Runs a part of a transaction behind a savepoint: where it fails, the database is as it was before the part,
 * and the transaction can go on. Without one, PostgreSQL rejects every statement after an error.
 * @throws TransactionLostError where there is no going on, else whatever `work` throws, after going back
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
