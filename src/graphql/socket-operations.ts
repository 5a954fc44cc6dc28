import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import type { DocumentLimits } from './limits/document-limits.js';
import { mutationCounts } from './limits/mutation-counts.js';
import type { OperationRates } from './limits/operation-rates.js';

type Read = readonly GraphQLError[] | ExecutionArgs;

/** An operation as it comes over a socket. */
export interface SocketPayload {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: Readonly<Record<string, unknown>> | null;
}

/** What has to be known of this server to take operations from a socket. */
export interface SocketOperationsOptions {
  readonly schema: () => GraphQLSchema;
  readonly limits: DocumentLimits;
  readonly rates: OperationRates;
  readonly environment: 'development' | 'production';
}

/**
 * Reads an operation that comes over a socket as Apollo Server reads those of HTTP, and says what is wrong with it. What
 * graphql-ws would do without this closes the socket where a document cannot be parsed, and knows no limits.
 */
export async function readOperation(
  payload: SocketPayload,
  caller: string,
  options: SocketOperationsOptions,
): Promise<Read> {
  try {
    await options.rates.countRequest(caller);
    const read = parsed(payload, options);
    if ('schema' in read) {
      const counts = mutationCounts(read.schema, read.document, read.operationName);
      if (counts !== null) await options.rates.countMutations(caller, counts);
    }
    return read;
  } catch (error) {
    return [new GraphQLError((error as Error).message, { originalError: error as Error })];
  }
}

/** @throws DomainError where it asks for too much */
function parsed(
  { query, operationName, variables }: SocketPayload,
  { schema: served, limits, environment }: SocketOperationsOptions,
): Read {
  const schema = served();
  let document: DocumentNode;
  try {
    document = parse(query, limits.parseOptions);
  } catch (error) {
    return [unparsed(error as Error)];
  }
  const rules = [
    ...specifiedRules,
    ...(environment === 'production' ? [NoSchemaIntrospectionCustomRule] : []),
    limits.rule,
  ];
  const faults = validate(schema, document, rules);
  if (faults.length > 0) return faults;
  limits.check({ schema, document, operationName, variables });
  return { schema, document, operationName, variableValues: variables };
}

function unparsed(error: Error): GraphQLError {
  const { source, positions } = error instanceof GraphQLError ? error : {};
  return new GraphQLError(error.message, {
    source,
    positions,
    originalError: error,
    extensions: { code: 'GRAPHQL_PARSE_FAILED' },
  });
}
