import { OperatorError } from '../../src/common/operator-error.js';

/** @throws OperatorError with the usage if reading the arguments fails */
export function readOrExplain<Arguments>(usage: string, read: () => Arguments): Arguments {
  try {
    return read();
  } catch (error) {
    throw new OperatorError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

/** @throws OperatorError */
export function wholeNumber(name: string, text: string, maximum: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= 1 && value <= maximum) return value;
  throw new OperatorError(`${name} must be a whole number from 1 to ${maximum}.`);
}

/** @throws OperatorError */
export function serverUrl(text: string): string {
  const isPostgres = URL.canParse(text) && ['postgres:', 'postgresql:'].includes(new URL(text).protocol);
  if (isPostgres) return text;
  throw new OperatorError('--url must be a URL such as postgres://user:password@host:5432/database.');
}
