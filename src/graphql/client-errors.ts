import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { formatError } from './format-error.js';
import type { DocumentLimits } from './limits/document-limits.js';

export type FormatError = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

/**
 * Makes the function that says what clients get to see of an error, with what only the application knows: its limits, and
 * whether its schema is to be guessed at.
 */
export function clientErrors(limits: DocumentLimits, environment: 'development' | 'production'): FormatError {
  return (formatted, error) => {
    const fault = isOfParsing(formatted) ? limits.faultOfParsing(innermost(error)) : null;
    const shown = formatError(
      formatted,
      fault === null ? error : new GraphQLError(fault.message, { originalError: fault }),
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

/** GraphQL.js tells what a name may have been meant to be, and so what names there are. It has no switch for that. */
const withoutSuggestions = ({ message, ...rest }: GraphQLFormattedError): GraphQLFormattedError => ({
  ...rest,
  message: message.replace(/ ?Did you mean [^?]*\?/g, ''),
});
