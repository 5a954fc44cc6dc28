import { ERROR_CODES } from '../../../src/error-codes.js';

const CODES: ReadonlySet<unknown> = new Set(ERROR_CODES);

/**
 * Internal details that must not be in responses. No generator uses them, so that echoed input never matches.
 */
const INSIDE = [
  /node_modules|\/src\/|\/dist\/|file:\/\/|\.[cm]?[jt]s:\d|^\s*at .*:\d/m,
  /sequelize|graphile|fastify|apollo(?!-)|nestjs|knex|\bpg\b|graphql-jit|dataloader/i,
  /SQLSTATE|syntax error at or near|relation "|column "|violates|constraint "|duplicate key|deadlock/i,
  /invalid input syntax|invalid byte sequence|out of range for type|operator does not exist/i,
  /call stack|Cannot read prop|Cannot convert|is not (a function|iterable|a constructor)|^\w+ is not defined|Unexpected token/i,
  /ECONN|EPIPE|ENOENT|heap|127\.0\.0\.1:\d/,
];

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface AnsweredError {
  readonly message: string;
  readonly extensions: { readonly code: unknown };
}

/**
 * Returns the defect of a response; null: none. @param insideNames names of tables and columns that are not in
 * the API
 */
export function defectOf({ status, body }: Answer, insideNames: RegExp): string | null {
  if (status >= 500) return `it has the status ${status}`;
  if (!isObject(body)) return 'it is no object of JSON';
  const { data, errors } = body;
  if (Object.keys(body).some((key) => key !== 'data' && key !== 'errors'))
    return 'it has other keys than data and errors';
  if (errors === undefined) return isObject(data) ? null : 'it has neither data nor errors';
  if (!Array.isArray(errors) || errors.length === 0) return 'its errors are no list';
  for (const error of errors) {
    const defect = isAnsweredError(error)
      ? defectOfError(error, insideNames)
      : 'an error has no message or no code';
    if (defect !== null) return defect;
  }
  return null;
}

export function defectOfError(
  { message, extensions: { code } }: AnsweredError,
  insideNames: RegExp,
): string | null {
  if (!CODES.has(code)) return `the code ${String(code)} does not exist`;
  if (code === 'INTERNAL_SERVER_ERROR') return 'an input error is reported as an internal error';
  return defectOfText(message, insideNames);
}

/** Returns the internal detail that a text reveals; null: none. */
export function defectOfText(text: string, insideNames: RegExp): string | null {
  const leak = [...INSIDE, insideNames].map((pattern) => pattern.exec(text)?.[0]).find(Boolean);
  return leak === undefined ? null : `its message reveals internal details: ${leak}`;
}

export const isAnsweredError = (error: unknown): error is AnsweredError =>
  isObject(error) &&
  typeof error.message === 'string' &&
  isObject(error.extensions) &&
  typeof error.extensions.code === 'string';

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
