import type { z } from 'zod';
import { integer, type SettingsOf } from './setting-kinds.js';

/** Limits for GraphQL documents and their variables. docs/limits.md explains what each limit counts. */
export interface QueryLimits {
  readonly maxTokens: number;
  readonly maxDepth: number;
  readonly maxFields: number;
  readonly maxAliases: number;
  readonly maxDirectives: number;
  readonly maxDuplicateFields: number;
  readonly maxMutations: number;
  readonly maxCost: number;
}

/** Rate limits per caller and minute; 0: unlimited. */
export interface RateLimits {
  readonly requestsPerMinute: number;
  readonly writesPerMinute: number;
  readonly summariesPerMinute: number;
  readonly bulkPerMinute: number;
  /** Failed authentication attempts, per client address. */
  readonly authFailuresPerMinute: number;
}

/** WebSocket limits of each server process. */
export interface SocketLimits {
  readonly maxSocketsPerCaller: number;
  /** Operations that are open at the same time: subscriptions, and other operations without a result yet. */
  readonly maxOperations: number;
  readonly maxOperationsPerCaller: number;
}

export abstract class LimitSettings {
  abstract readonly maxBodyBytes: number;
  /** Of each file of an import over HTTP. */
  abstract readonly maxImportFileBytes: number;
  abstract readonly query: QueryLimits;
  abstract readonly rates: RateLimits;
  abstract readonly sockets: SocketLimits;
}

export const limitsShape = {
  MAX_BODY_BYTES: integer(
    'MAX_BODY_BYTES',
    1024,
    104_857_600,
    1_048_576,
    'Largest body of a request, in bytes.',
  ),
  IMPORT_MAX_FILE_BYTES: integer(
    'IMPORT_MAX_FILE_BYTES',
    1024,
    107_374_182_400,
    536_870_912,
    'Largest file of an import over HTTP, in bytes. It is stored in the temporary directory of the system while it is imported.',
  ),
  QUERY_MAX_TOKENS: integer('QUERY_MAX_TOKENS', 10, 20_000, 4_000, 'Tokens of a document.'),
  QUERY_MAX_DEPTH: integer('QUERY_MAX_DEPTH', 1, 100, 12, 'Depth of nested fields.'),
  QUERY_MAX_FIELDS: integer('QUERY_MAX_FIELDS', 1, 5_000, 1_000, 'Fields of a document, fragments included.'),
  QUERY_MAX_ALIASES: integer('QUERY_MAX_ALIASES', 0, 5_000, 30, 'Aliases of a document.'),
  QUERY_MAX_DIRECTIVES: integer('QUERY_MAX_DIRECTIVES', 0, 5_000, 50, 'Directives of a document.'),
  QUERY_MAX_DUPLICATE_FIELDS: integer(
    'QUERY_MAX_DUPLICATE_FIELDS',
    1,
    5_000,
    5,
    'How often one selection may name the same field, or one field the same directive.',
  ),
  QUERY_MAX_MUTATIONS: integer('QUERY_MAX_MUTATIONS', 1, 1_000, 10, 'Mutations of a request.'),
  QUERY_MAX_COST: integer(
    'QUERY_MAX_COST',
    1,
    100_000_000,
    null,
    'Objects that an answer may have.',
    'twice `LEADS_LIST_LIMIT` and `INTERACTIONS_LIST_LIMIT` together',
  ),
  RATE_LIMIT_PER_MINUTE: integer(
    'RATE_LIMIT_PER_MINUTE',
    0,
    1_000_000,
    1_200,
    'Requests of a caller a minute, on all replicas together. `0` turns the limit off, as for all rate limits.',
  ),
  RATE_LIMIT_WRITES_PER_MINUTE: integer(
    'RATE_LIMIT_WRITES_PER_MINUTE',
    0,
    1_000_000,
    300,
    'Mutations of a caller a minute.',
  ),
  RATE_LIMIT_SUMMARIES_PER_MINUTE: integer(
    'RATE_LIMIT_SUMMARIES_PER_MINUTE',
    0,
    1_000_000,
    60,
    'Summaries that a caller regenerates one by one a minute.',
  ),
  RATE_LIMIT_BULK_PER_MINUTE: integer(
    'RATE_LIMIT_BULK_PER_MINUTE',
    0,
    1_000_000,
    10,
    'Recalculations, summary batches, imports and exports of a caller a minute.',
  ),
  RATE_LIMIT_AUTH_FAILURES_PER_MINUTE: integer(
    'RATE_LIMIT_AUTH_FAILURES_PER_MINUTE',
    0,
    1_000_000,
    60,
    'Failed authentications of an address a minute.',
  ),
  WEBSOCKET_MAX_PER_CALLER: integer(
    'WEBSOCKET_MAX_PER_CALLER',
    1,
    1_000_000,
    200,
    'Open WebSockets of a caller, on each server.',
  ),
  WEBSOCKET_MAX_OPERATIONS: integer(
    'WEBSOCKET_MAX_OPERATIONS',
    1,
    10_000,
    100,
    'Open operations of a WebSocket: subscriptions, and other operations without a result yet.',
  ),
  WEBSOCKET_MAX_OPERATIONS_PER_CALLER: integer(
    'WEBSOCKET_MAX_OPERATIONS_PER_CALLER',
    1,
    1_000_000,
    500,
    'Open operations of a caller over all its WebSockets, on each server.',
  ),
} satisfies z.ZodRawShape;

/** @param longestLists the total number of items that all lists without pages may return */
export function limitSettings(env: SettingsOf<typeof limitsShape>, longestLists: number): LimitSettings {
  return {
    maxBodyBytes: env.MAX_BODY_BYTES,
    maxImportFileBytes: env.IMPORT_MAX_FILE_BYTES,
    query: Object.freeze({
      maxTokens: env.QUERY_MAX_TOKENS,
      maxDepth: env.QUERY_MAX_DEPTH,
      maxFields: env.QUERY_MAX_FIELDS,
      maxAliases: env.QUERY_MAX_ALIASES,
      maxDirectives: env.QUERY_MAX_DIRECTIVES,
      maxDuplicateFields: env.QUERY_MAX_DUPLICATE_FIELDS,
      maxMutations: env.QUERY_MAX_MUTATIONS,
      // The default allows a query to request each list twice, with any list limits.
      maxCost: env.QUERY_MAX_COST ?? 2 * longestLists,
    }),
    rates: Object.freeze({
      requestsPerMinute: env.RATE_LIMIT_PER_MINUTE,
      writesPerMinute: env.RATE_LIMIT_WRITES_PER_MINUTE,
      summariesPerMinute: env.RATE_LIMIT_SUMMARIES_PER_MINUTE,
      bulkPerMinute: env.RATE_LIMIT_BULK_PER_MINUTE,
      authFailuresPerMinute: env.RATE_LIMIT_AUTH_FAILURES_PER_MINUTE,
    }),
    sockets: Object.freeze({
      maxSocketsPerCaller: env.WEBSOCKET_MAX_PER_CALLER,
      maxOperations: env.WEBSOCKET_MAX_OPERATIONS,
      maxOperationsPerCaller: env.WEBSOCKET_MAX_OPERATIONS_PER_CALLER,
    }),
  };
}
