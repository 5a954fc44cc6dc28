/**
 * Something that the person who runs a command can mend: the message says what is wrong and what to do, and is
 * printed alone, without a stack.
 */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}
