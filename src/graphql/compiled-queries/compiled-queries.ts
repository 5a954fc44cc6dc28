import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { memoryOfDocument } from '../limits/memory-estimates.js';
import { isCompilable } from './compilable.js';

/**
 * A query is compiled when it arrives for this time. Most queries that arrive once or twice never come again.
 */
const COMPILED_FROM = 3;

/** Only the most recently used queries are cached, so that a client cannot fill the memory with new ones. */
const MAX_QUERIES = 200;
/** Compiled queries keep their documents in memory. */
const MAX_BYTES = 16 * 1024 * 1024;

/** A query and its cache key. */
export interface IncomingQuery {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | null;
  /** Hash of the query text. */
  readonly hash: string | undefined;
}

/** Compiles frequent queries with graphql-jit, and caches them. */
export class CompiledQueries {
  /** The number of times that a query has arrived, or its compiled form; null: it must not be compiled. */
  private readonly known = new LRUCache<
    string,
    { readonly count: number } | { readonly compiledQuery: CompiledQuery | null }
  >({
    max: MAX_QUERIES,
    maxSize: MAX_BYTES,
  });

  /** Null: GraphQL.js executes the query. */
  compiledQueryFor(query: IncomingQuery): CompiledQuery | null {
    if (query.hash === undefined) return null;
    const key = `${query.hash} ${query.operationName ?? ''}`;
    const known = this.known.get(key) ?? { count: 0 };
    if ('compiledQuery' in known) return known.compiledQuery;
    const count = known.count + 1;
    if (count < COMPILED_FROM) {
      this.known.set(key, { count }, { size: 1 });
      return null;
    }
    const compiledQuery = compile(query);
    this.known.set(
      key,
      { compiledQuery },
      { size: compiledQuery === null ? 1 : memoryOfDocument(query.document) },
    );
    return compiledQuery;
  }
}

function compile({ schema, document, operation, operationName }: IncomingQuery): CompiledQuery | null {
  if (!isCompilable(document, operation)) return null;
  const compiled = compileQuery(schema, document, operationName ?? undefined);
  return isCompiledQuery(compiled) ? compiled : null;
}
