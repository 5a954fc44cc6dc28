/** What the log may have of an error. */
export interface ErrorDescription {
  readonly type: string;
  /** Of the domain, the operating system or PostgreSQL (SQLSTATE). */
  readonly code?: string;
  readonly message?: string;
  /** Where it came from, without the message. */
  readonly stack?: string;
  readonly table?: string;
  readonly constraint?: string;
  readonly cause?: ErrorDescription | Readonly<Record<string, unknown>>;
}

const MAX_DEPTH = 5;
const MAX_FRAMES = 20;
const MAX_MESSAGE_LENGTH = 500;

/**
 * An error as the log may have it. Messages of the database are left out: they hold values of rows, as do the statements and
 * parameters that Sequelize hangs on its errors. What is quoted in other messages is left out where it is more than a word.
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

/** A text without what it quotes, single words perhaps excepted. */
export const withoutQuotes = (text: string, mayHaveWords = true): string =>
  text.replace(/(["'`])(.*?)\1/gs, (quoted, quote: string, inner: string) =>
    mayHaveWords && WORD.test(inner) ? quoted : `${quote}…${quote}`,
  );

/** Errors of syntax quote what somebody has sent. */
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

/** What a failed call to a provider leaves: figures and words of our own. */
function factsOf(cause: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof cause !== 'object' || cause === null) return undefined;
  const { status, generationId, detail } = cause as Readonly<Record<string, unknown>>;
  return {
    ...(typeof status === 'number' ? { status } : {}),
    ...(typeof generationId === 'string' && WORD.test(generationId) ? { generationId } : {}),
    ...(typeof detail === 'string' ? { detail: withoutQuotes(detail) } : {}),
  };
}
