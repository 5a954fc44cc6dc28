import { type Sequelize, Transaction } from 'sequelize';
import { currentRequest } from '../common/request-context.js';
import { toDomainError, TransactionLostError } from './database-errors.js';

/**
 * Runs a use case in one transaction: all of it is kept, or nothing. Errors of the database come out as
 * errors of the domain where a client can do something about them.
 *
 * READ COMMITTED is asked for by name, whatever the server's default: each statement has to see what was
 * committed while the one before it waited for a lock.
 */
export async function inTransaction<Result>(
  sequelize: Sequelize,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  try {
    return await sequelize.transaction(
      { isolationLevel: Transaction.ISOLATION_LEVELS.READ_COMMITTED },
      async (transaction) => {
        const result = await work(transaction);
        // Who is told that the time was up is told as well that nothing was changed.
        currentRequest()?.deadline?.throwIfOver();
        return result;
      },
    );
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
