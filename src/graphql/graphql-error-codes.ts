/**
 * The values of `extensions.code` for errors before the domain code runs, and for internal errors. Together
 * with ERROR_CODES these are all codes.
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

/** The code of a request that is rejected with an HTTP status before its document is read. */
export function codeOfStatus(status: number): GraphqlErrorCode | 'SERVICE_UNAVAILABLE' {
  if (status === 401) return 'UNAUTHENTICATED';
  if (status === 403) return 'FORBIDDEN';
  if (status === 503) return 'SERVICE_UNAVAILABLE';
  if (status === 413) return 'PAYLOAD_TOO_LARGE';
  return status >= 400 && status < 500 ? 'BAD_REQUEST' : 'INTERNAL_SERVER_ERROR';
}
