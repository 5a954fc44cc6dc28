import {
  ConnectionAcquireTimeoutError,
  ConnectionError,
  ForeignKeyConstraintError,
  UniqueConstraintError,
} from 'sequelize';
import { DomainError } from '../common/domain-error.js';
import { writeRejected } from '../common/events.js';
import { currentRequest } from '../common/request-context.js';
import { errorCodeOf } from './connection-faults.js';

/** The transaction cannot go on: its connection is gone, and PostgreSQL has rolled it back. */
export class TransactionLostError extends Error {
  override readonly name = 'TransactionLostError';
}

/**
 * SQLSTATE classes and codes, and codes of the operating system, that mean "not now" rather than "not this":
 * connection failures, no connection left, shutting down, or a lock or a time limit that ran out.
 */
const PASSING =
  /^(08...|53...|57P0.|40001|40P01|55P03|57014|ECONN.*|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH)$/;

/** SQLSTATEs of a database that answers but takes no writes: it is read-only or a standby, or its disk is full. */
const REJECTED_WRITE = /^(25006|53100)$/;

/** The error of a mutation that the database rejected since it takes no writes. Tells the monitor of writes. */
export function rejectedWrite(cause: unknown): DomainError {
  writeRejected.publish({});
  return new DomainError(
    'SERVICE_UNAVAILABLE',
    'The database takes no writes at the moment, so nothing was changed. Queries work; try again later.',
    { cause },
  );
}

/**
 * The one place where errors of the database become errors of the domain. Null where the error is not one
 * that a client can do something about: it is then our own fault, and stays inside.
 */
export function toDomainError(error: unknown): DomainError | null {
  if (error instanceof DomainError) return error;
  if (error instanceof UniqueConstraintError) {
    const field = Object.keys(error.fields)[0] ?? 'This value';
    return new DomainError('CONFLICT', `${field} is already taken.`, { cause: error });
  }
  if (error instanceof ForeignKeyConstraintError) {
    return new DomainError('CONFLICT', 'What this refers to was removed meanwhile.', { cause: error });
  }
  if (REJECTED_WRITE.test(errorCodeOf(error) ?? '')) return rejectedWrite(error);
  if (isPassingFault(error)) {
    const over = currentRequest()?.deadline?.error;
    if (over !== undefined) return over;
    return new DomainError('SERVICE_UNAVAILABLE', 'The database is not available just now; try again.', {
      cause: error,
    });
  }
  return null;
}

function isPassingFault(error: unknown): boolean {
  if (error instanceof ConnectionError || error instanceof ConnectionAcquireTimeoutError) return true;
  const code = errorCodeOf(error);
  if (code !== undefined) return PASSING.test(code);
  // The driver reports a connection that ended under a query without any code.
  return error instanceof Error && /^(Connection terminated|Client has encountered)/.test(error.message);
}

/** Somebody else holds a lock that was waited for, or the two waited for each other. */
export function isLockError(error: unknown): boolean {
  if (error instanceof TransactionLostError) return false;
  return ['55P03', '40P01'].includes(errorCodeOf(error) ?? '');
}

/**
 * Whether an error can be a row's own fault (its data, a constraint, a trigger, the time it took), so that a part
 * without that row may succeed. What the server lacks, such as disk or memory, what we may not do, and a lock that
 * somebody else holds are no row's fault.
 */
export function isRowError(error: unknown): boolean {
  if (error instanceof TransactionLostError) return false;
  const code = errorCodeOf(error);
  return code !== undefined && /^(21|22|23|38|39|44|P0|57014)/.test(code);
}

/** Why PostgreSQL refused to write a row, in words without SQL and without names that are not ours. */
export function rowErrorMessage(error: unknown): string {
  const code = errorCodeOf(error) ?? '';
  if (code === '23514') return 'A check constraint of the database refused the row.';
  if (code === 'P0001') return 'A trigger of the database refused the row.';
  if (code === '55P03') return 'The row is locked by somebody else.';
  if (code === '57014') return 'Writing the row took longer than the time limit.';
  if (code.startsWith('23')) return 'A constraint of the database refused the row.';
  return code === '' ? 'The row could not be written.' : `The database refused the row (SQLSTATE ${code}).`;
}
