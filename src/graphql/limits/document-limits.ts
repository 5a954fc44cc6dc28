import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ParseOptions,
  type ValidationRule,
  visit,
} from 'graphql';
import { DomainError, type ErrorCode } from '../../common/domain-error.js';
import type { QueryLimits } from '../../config/limit-settings.js';
import { type DocumentSize, sizeOf } from './document-size.js';
import { analysisOf } from '../operation-analysis.js';
import { tokenCountOf } from './memory-estimates.js';
import type { QueryCost, RowCounts } from './query-cost.js';

/** The size of a document that is too deep to be measured. */
const BOTTOMLESS: DocumentSize = {
  depth: Infinity,
  valueDepth: 0,
  fields: 0,
  aliases: 0,
  directives: 0,
  repeats: 0,
  mutations: 0,
};

/** The start-of-file and end-of-file tokens. */
const START_AND_END = 2;

/** An operation with its document and variables. */
export interface IncomingOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>> | null | undefined;
}

/**
 * The limits of documents over HTTP and WebSocket: the parser options, a validation rule besides those of
 * GraphQL, and a check before an operation is executed.
 */
export class DocumentLimits {
  readonly parseOptions: ParseOptions;

  /** @param listLimits maximum number of rows of lists without pages, by table name */
  constructor(
    private readonly limits: QueryLimits,
    private readonly listLimits: RowCounts,
  ) {
    this.parseOptions = { maxTokens: limits.maxTokens };
  }

  /**
   * Rejects a document that is too large, and hides its definitions from the other rules: some of them take
   * quadratic time.
   */
  readonly rule: ValidationRule = (context) => ({
    Document: (document: DocumentNode) => {
      const limitError =
        this.tokensError(document) ?? this.errorOf(measured(document)) ?? longNameError(document);
      if (limitError === null) return undefined;
      context.reportError(new GraphQLError(limitError.message, { originalError: limitError }));
      return { ...document, definitions: [] };
    },
  });

  /**
   * Converts an error of the parser that is caused by a limit.
   * @returns null if the document is only invalid
   */
  parsingErrorOf(error: Error): DomainError | null {
    const { maxTokens, maxDepth } = this.limits;
    // The recursive parser has overflowed the stack.
    if (error instanceof RangeError) return tooMuch('QUERY_TOO_DEEP', maxDepth, 'levels');
    return /contains more tha\w \d+ tokens/.test(error.message)
      ? tooMuch('QUERY_TOO_LONG', maxTokens, 'tokens')
      : null;
  }

  /** @throws DomainError if the operation with its variables exceeds a limit */
  check(operation: IncomingOperation): void {
    const { maxDepth, maxCost } = this.limits;
    if (Object.values(operation.variables ?? {}).some((value) => isDeeperThan(value, maxDepth))) {
      throw tooMuch('QUERY_TOO_DEEP', maxDepth, 'levels');
    }
    const { total } = this.costOf(operation);
    if (total > maxCost) throw tooMuch('QUERY_TOO_COMPLEX', maxCost, 'objects', total);
  }

  /** @param rowCounts numbers of rows of lists without pages; by default, their limits */
  costOf(
    { schema, document, operation, variables }: IncomingOperation,
    rowCounts = this.listLimits,
  ): QueryCost {
    return analysisOf(schema, document, operation).cost({ variables: variables ?? {}, rowCounts });
  }

  /** The parser does not count comments, which take as much memory as other tokens. */
  private tokensError(document: DocumentNode): DomainError | null {
    const { maxTokens } = this.limits;
    return tokenCountOf(document) - START_AND_END > maxTokens
      ? tooMuch('QUERY_TOO_LONG', maxTokens, 'tokens')
      : null;
  }

  private errorOf(size: DocumentSize): DomainError | null {
    const { limits } = this;
    const kinds: readonly [ErrorCode, string, number, number][] = [
      ['QUERY_TOO_DEEP', 'levels', limits.maxDepth, Math.max(size.depth, size.valueDepth)],
      ['QUERY_TOO_MANY_ALIASES', 'aliases', limits.maxAliases, size.aliases],
      ['QUERY_TOO_MANY_DIRECTIVES', 'directives', limits.maxDirectives, size.directives],
      ['QUERY_TOO_MANY_DUPLICATES', 'duplicates in one place', limits.maxDuplicateFields, size.repeats],
      ['QUERY_TOO_MANY_MUTATIONS', 'mutations', limits.maxMutations, size.mutations],
      ['QUERY_TOO_MANY_FIELDS', 'fields', limits.maxFields, size.fields],
    ];
    const exceeded = kinds.find(([, , limit, actual]) => actual > limit);
    if (exceeded === undefined) return null;
    const [code, what, limit, actual] = exceeded;
    return tooMuch(code, limit, what, actual);
  }
}

/** A response repeats names, possibly for each object of a list. */
const MAX_NAME_LENGTH = 255;

function longNameError(document: DocumentNode): DomainError | null {
  let longest = 0;
  visit(document, {
    Name: ({ value }) => {
      longest = Math.max(longest, value.length);
    },
  });
  return longest <= MAX_NAME_LENGTH
    ? null
    : tooMuch('QUERY_TOO_LONG', MAX_NAME_LENGTH, 'characters in a name', longest);
}

function measured(document: DocumentNode): DocumentSize {
  try {
    return sizeOf(document);
  } catch (error) {
    if (error instanceof RangeError) return BOTTOMLESS;
    throw error;
  }
}

function tooMuch(code: ErrorCode, limit: number, what: string, actual?: number): DomainError {
  const details = {
    limit,
    // Fragments that spread one another reach numbers that JSON cannot represent.
    ...(actual === undefined ? {} : { actual: Math.min(actual, Number.MAX_SAFE_INTEGER) }),
  };
  return new DomainError(code, `The request has more than ${limit} ${what}.`, { details });
}

/**
 * Whether lists and objects of a JSON value are nested deeper than allowed. Recurses no deeper than that and
 * visits each value once, so it is safe for any request body.
 */
export function isDeeperThan(value: unknown, maxDepth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (maxDepth === 0) return true;
  return Object.values(value).some((item) => isDeeperThan(item, maxDepth - 1));
}
