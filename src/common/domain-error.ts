/** The error codes that every feature may use. */
export const COMMON_ERROR_CODES = [
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'CONFLICT',
  'LIST_TOO_LONG',
  'RESPONSE_TOO_LARGE',
  'SERVICE_UNAVAILABLE',
  'SERVER_OVERLOADED',
  'REQUEST_TIMED_OUT',
  'RATE_LIMITED',
] as const;

/** A feature with codes of its own adds them with `declare module`, in its errors-and-events.ts. */
export interface ErrorCodeLists {
  readonly common: typeof COMMON_ERROR_CODES;
}

/** The values of `extensions.code` for clients. */
export type ErrorCode = ErrorCodeLists[keyof ErrorCodeLists][number];

export type ErrorDetails = Readonly<Record<string, string | number | null>>;

/** A violated rule of a structured input. */
export interface InputProblem {
  /** Such as `fit.criteria[2].points`; empty: the input as a whole. */
  readonly path: string;
  /** The rule, without the path: "must be a number from 0 to 100". */
  readonly message: string;
}

/**
 * An error whose message is written for clients: it contains no SQL, no stack trace, no secret and no data of
 * other people. Clients get INTERNAL_SERVER_ERROR for any other error.
 */
export class DomainError extends Error {
  override readonly name: string = 'DomainError';

  /** Machine-readable facts, next to the code in `extensions`. */
  readonly details: ErrorDetails;

  /** All violated rules, next to the code in `extensions`; undefined: the message says it all. */
  readonly problems: readonly InputProblem[] | undefined;

  /** Whether it needs no log line of its own, because the server works as intended. */
  readonly isExpected: boolean;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: {
      cause?: unknown;
      details?: ErrorDetails;
      isExpected?: boolean;
      problems?: readonly InputProblem[];
    },
  ) {
    super(message, options);
    this.details = options?.details ?? {};
    this.isExpected = options?.isExpected ?? false;
    this.problems = options?.problems;
  }
}

/** No record has this id. */
export class NotFoundError extends DomainError {
  override readonly name = 'NotFoundError';

  /** @param what the kind of the record, as the first word of the message */
  constructor(what: string, id: number) {
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
