import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { formatError } from './format-error.js';
import type { DocumentLimits } from './limits/document-limits.js';

export type FormatError = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

/**
 * Returns the function that formats errors for clients. It uses the document limits and the environment: in
 * production, messages must not reveal names of the schema.
 */
export function clientErrors(limits: DocumentLimits, environment: 'development' | 'production'): FormatError {
  return (formatted, error) => {
    const limitError = isOfParsing(formatted) ? limits.parsingErrorOf(innermost(error)) : null;
    const shown = formatError(
      formatted,
      limitError === null ? error : new GraphQLError(limitError.message, { originalError: limitError }),
    );
    return environment === 'production' ? withoutSuggestions(shown) : shown;
  };
}

const isOfParsing = ({ extensions }: GraphQLFormattedError): boolean =>
  extensions?.code === 'GRAPHQL_PARSE_FAILED';

function innermost(error: unknown): Error {
  const inner = error instanceof GraphQLError ? error.originalError : undefined;
  return inner === undefined ? (error as Error) : innermost(inner);
}

/**
 * GraphQL.js suggests similar names in its messages, which reveals names of the schema. It has no option to
 * turn that off.
 */
const withoutSuggestions = ({ message, ...rest }: GraphQLFormattedError): GraphQLFormattedError => ({
  ...rest,
  message: message.replace(/ ?Did you mean [^?]*\?/g, ''),
});
