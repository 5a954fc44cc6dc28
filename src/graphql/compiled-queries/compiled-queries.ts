import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { memoryOfDocument } from '../limits/memory-estimates.js';
import { isCompilable } from './compilable.js';

/** From which time on that it comes a query is compiled: most that come once or twice never come again. */
const COMPILED_FROM = 3;

/** Those that came last, so that whoever sends ever new ones does not fill the memory with programs. */
const MAX_QUERIES = 200;
/** Programs keep the documents that they are made of. */
const MAX_BYTES = 16 * 1024 * 1024;

/** A query that comes, and what it is known by. */
export interface IncomingQuery {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | null;
  /** Of its text. */
  readonly hash: string | undefined;
}

/** The programs that graphql-jit makes of queries that come again and again. */
export class CompiledQueries {
  /** How often a query has come, or its program; null: it is not to be compiled. */
  private readonly known = new LRUCache<
    string,
    { readonly count: number } | { readonly program: CompiledQuery | null }
  >({
    max: MAX_QUERIES,
    maxSize: MAX_BYTES,
  });

  /** Null: it is left to GraphQL.js. */
  programFor(query: IncomingQuery): CompiledQuery | null {
    if (query.hash === undefined) return null;
    const key = `${query.hash} ${query.operationName ?? ''}`;
    const known = this.known.get(key) ?? { count: 0 };
    if ('program' in known) return known.program;
    const count = known.count + 1;
    if (count < COMPILED_FROM) {
      this.known.set(key, { count }, { size: 1 });
      return null;
    }
    const program = programOf(query);
    this.known.set(key, { program }, { size: program === null ? 1 : memoryOfDocument(query.document) });
    return program;
  }
}

function programOf({ schema, document, operation, operationName }: IncomingQuery): CompiledQuery | null {
  if (!isCompilable(document, operation)) return null;
  const compiled = compileQuery(schema, document, operationName ?? undefined);
  return isCompiledQuery(compiled) ? compiled : null;
}
