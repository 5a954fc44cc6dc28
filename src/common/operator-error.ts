/**
 * An error that the operator of the program can fix. The message contains the cause and the remedy, and is
 * printed without a stack trace.
 */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}
