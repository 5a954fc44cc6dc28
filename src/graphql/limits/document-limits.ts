import {
  type DocumentNode,
  getOperationAST,
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
import { tokenCountOf } from './memory-estimates.js';
import { type CostFactors, costOf, type QueryCost, type RowCounts } from './query-cost.js';
import { isDeeperThan } from './value-depth.js';

type CostFunction = (factors: CostFactors) => QueryCost;

/** Too deep to be counted, let alone executed. */
const BOTTOMLESS: DocumentSize = {
  depth: Infinity,
  valueDepth: 0,
  fields: 0,
  aliases: 0,
  directives: 0,
  repeats: 0,
  mutations: 0,
};

/** The tokens before the first word and after the last. */
const START_AND_END = 2;

/** An operation, and what it comes with. */
export interface IncomingOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variables: Readonly<Record<string, unknown>> | null | undefined;
}

/**
 * The limits of documents, the same for HTTP and for WebSocket: how they are parsed, which rule they are validated by
 * beside those of GraphQL, and what is looked at before an operation is executed.
 */
export class DocumentLimits {
  readonly parseOptions: ParseOptions;
  private readonly costs = new WeakMap<DocumentNode, Map<OperationDefinitionNode, CostFunction>>();

  /** @param listLimits the most rows that lists without pages may have, by the name of their table */
  constructor(
    private readonly limits: QueryLimits,
    private readonly listLimits: RowCounts,
  ) {
    this.parseOptions = { maxTokens: limits.maxTokens };
  }

  /**
   * Refuses a document that is too large, and then leaves none of it to the other rules: some take time with the square
   * of what they are given.
   */
  readonly rule: ValidationRule = (context) => ({
    Document: (document: DocumentNode) => {
      const fault = this.tokensError(document) ?? this.faultOf(measured(document)) ?? longNameError(document);
      if (fault === null) return undefined;
      context.reportError(new GraphQLError(fault.message, { originalError: fault }));
      return { ...document, definitions: [] };
    },
  });

  /**
   * Says what has kept a document from being parsed.
   * @returns null where it is merely wrong
   */
  faultOfParsing(error: Error): DomainError | null {
    const { maxTokens, maxDepth } = this.limits;
    // A parser that calls itself for each bracket has run out of stack.
    if (error instanceof RangeError) return tooMuch('QUERY_TOO_DEEP', maxDepth, 'levels');
    return /contains more tha\w \d+ tokens/.test(error.message)
      ? tooMuch('QUERY_TOO_LONG', maxTokens, 'tokens')
      : null;
  }

  /** @throws DomainError if an operation asks for too much with the variables that it comes with */
  check(operation: IncomingOperation): void {
    const { maxDepth, maxCost } = this.limits;
    if (Object.values(operation.variables ?? {}).some((value) => isDeeperThan(value, maxDepth))) {
      throw tooMuch('QUERY_TOO_DEEP', maxDepth, 'levels');
    }
    const { total } = this.costOf(operation);
    if (total > maxCost) throw tooMuch('QUERY_TOO_COMPLEX', maxCost, 'objects', total);
  }

  /** @param rowCounts how many rows lists without pages have; by default, as many as they may have */
  costOf(
    { schema, document, operationName, variables }: IncomingOperation,
    rowCounts = this.listLimits,
  ): QueryCost {
    const operation = getOperationAST(document, operationName);
    if (operation == null) return { objects: 0, total: 0 };
    return this.costFunction(schema, document, operation)({ variables: variables ?? {}, rowCounts });
  }

  private costFunction(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
  ): CostFunction {
    let costs = this.costs.get(document);
    if (costs === undefined) {
      costs = new Map();
      this.costs.set(document, costs);
    }
    let cost = costs.get(operation);
    if (cost === undefined) {
      cost = costOf(schema, document, operation);
      costs.set(operation, cost);
    }
    return cost;
  }

  /** The parser counts no comments, each of which takes as much memory as a word. */
  private tokensError(document: DocumentNode): DomainError | null {
    const { maxTokens } = this.limits;
    return tokenCountOf(document) - START_AND_END > maxTokens
      ? tooMuch('QUERY_TOO_LONG', maxTokens, 'tokens')
      : null;
  }

  private faultOf(size: DocumentSize): DomainError | null {
    const { limits } = this;
    const kinds: readonly [ErrorCode, string, number, number][] = [
      ['QUERY_TOO_DEEP', 'levels', limits.maxDepth, Math.max(size.depth, size.valueDepth)],
      ['QUERY_TOO_MANY_ALIASES', 'aliases', limits.maxAliases, size.aliases],
      ['QUERY_TOO_MANY_DIRECTIVES', 'directives', limits.maxDirectives, size.directives],
      ['QUERY_TOO_MANY_DUPLICATES', 'of the same in one place', limits.maxRepeats, size.repeats],
      ['QUERY_TOO_MANY_MUTATIONS', 'mutations', limits.maxMutations, size.mutations],
      ['QUERY_TOO_MANY_FIELDS', 'fields', limits.maxFields, size.fields],
    ];
    const exceeded = kinds.find(([, , limit, actual]) => actual > limit);
    if (exceeded === undefined) return null;
    const [code, what, limit, actual] = exceeded;
    return tooMuch(code, limit, what, actual);
  }
}

/** Answers repeat names, one of them for each object of a list. */
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
    // Fragments that spread one another reach numbers that JSON does not have.
    ...(actual === undefined ? {} : { actual: Math.min(actual, Number.MAX_SAFE_INTEGER) }),
  };
  return new DomainError(code, `The request has more than ${limit} ${what}.`, { details });
}
