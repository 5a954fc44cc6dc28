/** Error codes of documents that exceed a limit. */
export const DOCUMENT_LIMIT_CODES = [
  'QUERY_TOO_LONG',
  'QUERY_TOO_DEEP',
  'QUERY_TOO_MANY_FIELDS',
  'QUERY_TOO_MANY_ALIASES',
  'QUERY_TOO_MANY_DIRECTIVES',
  'QUERY_TOO_MANY_DUPLICATES',
  'QUERY_TOO_COMPLEX',
  'QUERY_TOO_MANY_MUTATIONS',
] as const;

/**
 * The values of `extensions.code` for clients. They are part of the API: codes may be added, but never
 * removed. docs/errors.md explains each of them.
 */
export const ERROR_CODES = [
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'CONFLICT',
  'LIST_TOO_LONG',
  'RESPONSE_TOO_LARGE',
  'RECALCULATION_FAILED',
  'RECALCULATION_RUNNING',
  'RECALCULATION_CANCELLED',
  'RECALCULATION_NOT_RUNNING',
  'SERVICE_UNAVAILABLE',
  'SERVER_OVERLOADED',
  'REQUEST_TIMED_OUT',
  'SUMMARY_PROVIDER_AUTH_FAILED',
  'SUMMARY_PROVIDER_PAYMENT_REQUIRED',
  'SUMMARY_PROVIDER_RATE_LIMITED',
  'SUMMARY_PROVIDER_UNAVAILABLE',
  'SUMMARY_TIMED_OUT',
  'SUMMARY_MODERATED',
  'SUMMARY_INVALID_OUTPUT',
  'SUMMARY_TRUNCATED',
  'SUMMARY_INSUFFICIENT_DATA',
  'SUMMARY_DISABLED',
  'SUMMARY_BATCH_NOT_RUNNING',
  ...DOCUMENT_LIMIT_CODES,
  'RATE_LIMITED',
  'TOO_MANY_OPERATIONS',
] as const;

export const LIMIT_CODES = [...DOCUMENT_LIMIT_CODES, 'RATE_LIMITED', 'TOO_MANY_OPERATIONS'] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export type ErrorDetails = Readonly<Record<string, string | number | null>>;

/**
 * An error whose message is written for clients: it contains no SQL, no stack trace, no secret and no data of
 * other people. Clients get INTERNAL_SERVER_ERROR for any other error.
 */
export class DomainError extends Error {
  override readonly name: string = 'DomainError';

  /** Machine-readable facts, next to the code in `extensions`. */
  readonly details: ErrorDetails;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown; details?: ErrorDetails },
  ) {
    super(message, options);
    this.details = options?.details ?? {};
  }
}

/** No record has this id. */
export class NotFoundError extends DomainError {
  override readonly name = 'NotFoundError';

  constructor(what: 'Lead' | 'Interaction' | 'Recalculation' | 'Summary batch', id: number) {
    super('NOT_FOUND', `${what} ${id} does not exist.`);
  }
}

/** The input violates a rule. The message contains the field and the rule. */
export class InvalidInputError extends DomainError {
  override readonly name = 'InvalidInputError';

  constructor(message: string, options?: { cause?: unknown }) {
    super('BAD_USER_INPUT', message, options);
  }
}
