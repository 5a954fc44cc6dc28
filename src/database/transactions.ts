import { type Sequelize, Transaction } from 'sequelize';
import { currentRequest } from '../common/request-context.js';
import { toDomainError, TransactionLostError } from './database-errors.js';
import { beginTransaction } from './session-settings.js';

/**
 * Runs a use case in one transaction: all of it is kept, or nothing. Errors of the database come out as
 * errors of the domain where a client can do something about them.
 */
export async function inTransaction<Result>(
  sequelize: Sequelize,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  return withDomainErrors(() => runOnce(sequelize, work));
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
