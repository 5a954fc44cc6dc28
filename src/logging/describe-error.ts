/** The part of an error that may be logged. */
export interface ErrorDescription {
  readonly type: string;
  /** A code of the domain, the operating system or PostgreSQL (SQLSTATE). */
  readonly code?: string;
  readonly message?: string;
  /** The stack frames, without the message. */
  readonly stack?: string;
  readonly table?: string;
  readonly constraint?: string;
  readonly cause?: ErrorDescription | Readonly<Record<string, unknown>>;
}

const MAX_DEPTH = 5;
const MAX_FRAMES = 20;
const MAX_MESSAGE_LENGTH = 500;

/**
 * Describes an error for the log. Database messages are omitted, since they contain values of rows. The same
 * applies to the SQL and parameters that Sequelize adds to its errors. In other messages, quoted text is
 * omitted unless it is a single word.
 */
export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error };
  const cause = depth < MAX_DEPTH ? causeOf(error, depth) : undefined;
  const isWorded = !isOfDatabase(error) && !('errors' in error);
  return {
    type: nameOf(error),
    ...texts(error, ['code', 'table', 'constraint']),
    ...(isWorded ? { message: messageOf(error) } : {}),
    ...(error.stack === undefined ? {} : { stack: framesOf(error.stack) }),
    ...(cause === undefined ? {} : { cause }),
  };
}

const nameOf = (error: Error): string =>
  error.name === 'Error' ? (error.constructor as { readonly name: string }).name : error.name;

const isOfDatabase = (error: Error): boolean =>
  error.name.startsWith('Sequelize') || ['sql', 'severity', 'original', 'parent'].some((key) => key in error);

/** A name, a word, a code. */
const WORD = /^[\w.$-]{1,40}$/;

/** Removes the quoted parts of a text. @param mayHaveWords keep quoted single words */
export const withoutQuotes = (text: string, mayHaveWords = true): string =>
  text.replace(/(["'`])(.*?)\1/gs, (quoted, quote: string, inner: string) =>
    mayHaveWords && WORD.test(inner) ? quoted : `${quote}…${quote}`,
  );

/** Syntax errors quote the input. */
const messageOf = ({ name, message }: Error): string =>
  withoutQuotes(message, name !== 'SyntaxError').slice(0, MAX_MESSAGE_LENGTH);

const framesOf = (stack: string): string =>
  stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, MAX_FRAMES)
    .join('\n');

function texts(error: Error, keys: readonly ('code' | 'table' | 'constraint')[]) {
  const found = keys.map((key) => [key, (error as unknown as Record<string, unknown>)[key]] as const);
  return Object.fromEntries(found.filter(([, value]) => typeof value === 'string' && WORD.test(value)));
}

function causeOf(error: Error, depth: number): ErrorDescription['cause'] {
  const { cause, original, errors } = error as Error & {
    readonly original?: unknown;
    readonly errors?: readonly unknown[];
  };
  const inner = cause ?? original ?? errors?.[0];
  if (inner === undefined) return undefined;
  return inner instanceof Error ? describeError(inner, depth + 1) : factsOf(inner);
}

/** The details of a failed call to a provider, without text from users. */
function factsOf(cause: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof cause !== 'object' || cause === null) return undefined;
  const { status, generationId, detail } = cause as Readonly<Record<string, unknown>>;
  return {
    ...(typeof status === 'number' ? { status } : {}),
    ...(typeof generationId === 'string' && WORD.test(generationId) ? { generationId } : {}),
    ...(typeof detail === 'string' ? { detail: withoutQuotes(detail) } : {}),
  };
}
