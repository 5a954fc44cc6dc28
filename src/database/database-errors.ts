import {
  BaseError,
  ConnectionAcquireTimeoutError,
  ConnectionError,
  ForeignKeyConstraintError,
  UniqueConstraintError,
} from 'sequelize';
import { AppEvent } from '../common/app-event.js';
import { DomainError } from '../common/domain-error.js';
import { currentRequest } from '../common/request-context.js';
import { LateAnswerError } from './persistent-connection.js';
import { errorCodeOf } from './connection-errors.js';

/** The database rejected a write because it is read-only or its disk is full. */
export const writeRejected = new AppEvent<Record<never, never>>('write-rejected');

/** The transaction cannot continue: its connection is lost, and PostgreSQL has rolled it back. */
export class TransactionLostError extends Error {
  override readonly name = 'TransactionLostError';
}

/**
 * SQLSTATE classes and codes, and operating system codes, of temporary errors: connection failures, no
 * connection left, a shutdown, or a lock timeout or statement timeout.
 */
const PASSING =
  /^(08...|53...|57P0.|40001|40P01|55P03|57014|ECONN.*|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH)$/;

/**
 * SQLSTATEs of a database that responds but rejects writes: it is read-only or a standby, or its disk is
 * full.
 */
const REJECTED_WRITE = /^(25006|53100)$/;

/**
 * The error of a mutation that the database rejected because it accepts no writes. Publishes `writeRejected`.
 */
export function rejectedWrite(cause: unknown): DomainError {
  writeRejected.publish({});
  return new DomainError(
    'SERVICE_UNAVAILABLE',
    'The database does not accept writes at the moment, so nothing was changed. Queries work; try again later.',
    { cause },
  );
}

/**
 * The only conversion of database errors to domain errors. Null if a client can do nothing about the error:
 * it is then an internal error.
 */
export function toDomainError(error: unknown): DomainError | null {
  if (error instanceof DomainError) return error;
  if (error instanceof UniqueConstraintError) {
    return new DomainError('CONFLICT', takenMessage(Object.keys(error.fields)), { cause: error });
  }
  if (error instanceof ForeignKeyConstraintError) {
    return new DomainError('CONFLICT', 'A record that the input refers to was removed in the meantime.', {
      cause: error,
    });
  }
  if (REJECTED_WRITE.test(errorCodeOf(error) ?? '')) return rejectedWrite(error);
  if (isTemporaryError(error)) {
    const over = currentRequest()?.deadline?.error;
    if (over !== undefined) return over;
    const reason = isLockError(error)
      ? 'Another transaction has locked rows or a table of the database for too long'
      : 'The database is not available at the moment';
    return new DomainError('SERVICE_UNAVAILABLE', `${reason}; try again.`, { cause: error });
  }
  return null;
}

function takenMessage(fields: readonly string[]): string {
  if (fields.length <= 1) return `${fields[0] ?? 'This value'} is already taken.`;
  return `The combination of ${fields.join(' and ')} is already taken.`;
}

function isTemporaryError(error: unknown): boolean {
  const isWaitOver = error instanceof ConnectionAcquireTimeoutError || error instanceof LateAnswerError;
  if (error instanceof ConnectionError || isWaitOver) return true;
  const code = errorCodeOf(error);
  if (code !== undefined) return PASSING.test(code);
  // The driver reports a connection that was lost during a query without a code.
  return error instanceof Error && /^(Connection terminated|Client has encountered)/.test(error.message);
}

/** Another transaction has a lock for which this one waited too long, or the two were in a deadlock. */
export function isLockError(error: unknown): boolean {
  if (error instanceof TransactionLostError) return false;
  return ['55P03', '40P01'].includes(errorCodeOf(error) ?? '');
}

/**
 * Whether a single row may have caused the error (its data, a constraint, a trigger, the time it took). A
 * batch without that row may then succeed. Missing resources such as disk or memory, missing privileges and
 * locks of other transactions are no row errors.
 */
export function isRowError(error: unknown): boolean {
  if (error instanceof TransactionLostError) return false;
  const code = errorCodeOf(error);
  return code !== undefined && /^(21|22|23|38|39|44|P0|57014)/.test(code);
}

/** The reason why PostgreSQL rejected a row. Contains no SQL and no names from the database. */
export function rowErrorMessage(error: unknown): string {
  const code = errorCodeOf(error) ?? '';
  if (code === '23514') return 'A check constraint of the database rejected the row.';
  if (code === 'P0001') return 'A trigger of the database rejected the row.';
  if (code === '55P03') return 'The row is locked by another transaction.';
  if (code === '57014') return 'Writing the row took longer than the time limit.';
  if (code.startsWith('23')) return 'A constraint of the database rejected the row.';
  return code === '' ? 'The row could not be written.' : `The database rejected the row (SQLSTATE ${code}).`;
}

/** The reason why work in a transaction failed, as readable text without SQL and without names from the database. */
export function failureReason(error: unknown): string {
  if (error instanceof TransactionLostError) return 'The connection to the database was lost.';
  const domainError = toDomainError(error);
  if (domainError !== null) return domainError.message;
  return error instanceof BaseError ? rowErrorMessage(error) : 'Something went wrong on our side.';
}
