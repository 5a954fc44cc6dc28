/** What a document may have too much of. */
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
 * What a client can be told went wrong, as `extensions.code`. The codes are part of the API: they are only ever
 * added to. docs/errors.md says when each is used.
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
 * An error whose message was written for the client of the API: no SQL, no stack, no secret, no other
 * person's data. Anything that is not a DomainError reaches clients as INTERNAL_SERVER_ERROR.
 */
export class DomainError extends Error {
  override readonly name: string = 'DomainError';

  /** For programs, beside the code in `extensions`. */
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

/** What has this id does not exist. */
export class NotFoundError extends DomainError {
  override readonly name = 'NotFoundError';

  constructor(what: 'Lead' | 'Interaction' | 'Recalculation' | 'Summary batch', id: number) {
    super('NOT_FOUND', `${what} ${id} does not exist.`);
  }
}

/** What was sent breaks a rule; the message names the field and the rule. */
export class InvalidInputError extends DomainError {
  override readonly name = 'InvalidInputError';

  constructor(message: string, options?: { cause?: unknown }) {
    super('BAD_USER_INPUT', message, options);
  }
}
