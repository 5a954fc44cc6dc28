/**
 * What can be wrong with a request before it reaches the domain, and what we tell of our own faults, as
 * `extensions.code`. Together with ERROR_CODES these are all codes that there are.
 */
export const GRAPHQL_ERROR_CODES = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_REQUEST',
  'PAYLOAD_TOO_LARGE',
  'INTERNAL_SERVER_ERROR',
] as const;
type GraphqlErrorCode = (typeof GRAPHQL_ERROR_CODES)[number];

/** The code of an answer that HTTP refuses, before there is a document to speak of. */
export function codeOfStatus(status: number): GraphqlErrorCode | 'SERVICE_UNAVAILABLE' {
  if (status === 401) return 'UNAUTHENTICATED';
  if (status === 403) return 'FORBIDDEN';
  if (status === 503) return 'SERVICE_UNAVAILABLE';
  if (status === 413) return 'PAYLOAD_TOO_LARGE';
  return status >= 400 && status < 500 ? 'BAD_REQUEST' : 'INTERNAL_SERVER_ERROR';
}
