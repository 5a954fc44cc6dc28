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
  readonly environment: 'development' | 'production';
}

/**
 * Reads an operation that comes over a socket as Apollo Server reads those of HTTP, and says what is wrong with it. What
 * graphql-ws would do without this closes the socket where a document cannot be parsed, and knows no limits.
 */
export function readOperation(
  { query, operationName, variables }: SocketPayload,
  { schema: served, limits, environment }: SocketOperationsOptions,
): readonly GraphQLError[] | ExecutionArgs {
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
  try {
    limits.check({ schema, document, operationName, variables });
  } catch (error) {
    return [new GraphQLError((error as Error).message, { originalError: error as Error })];
  }
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
