import { AppEvent } from '../common/app-event.js';
import type { Operation } from '../common/request-context.js';

/** Errors of documents that exceed a limit. */
export const DOCUMENT_LIMIT_CODES = [
  'QUERY_TOO_LONG',
  'QUERY_TOO_DEEP',
  'QUERY_TOO_MANY_FIELDS',
  'QUERY_TOO_MANY_ALIASES',
  'QUERY_TOO_MANY_DIRECTIVES',
  'QUERY_TOO_MANY_DUPLICATES',
  'QUERY_TOO_COMPLEX',
  'QUERY_TOO_MANY_MUTATIONS',
] as const;

export const LIMIT_CODES = [...DOCUMENT_LIMIT_CODES, 'TOO_MANY_OPERATIONS'] as const;

declare module '../common/domain-error.js' {
  interface ErrorCodeLists {
    readonly graphql: typeof LIMIT_CODES;
  }
}

/** The codes of errors before the domain code runs, and of internal errors. No DomainError has them. */
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

/** A GraphQL operation ended. A subscription ends after its last event. */
export const operationEnded = new AppEvent<
  Operation & { readonly durationMs: number; readonly transport: 'http' | 'websocket' }
>('operation');

/** An authenticated WebSocket connection was opened or closed. */
export const websocketChanged = new AppEvent<{ readonly change: 'opened' | 'closed' }>('websocket');
