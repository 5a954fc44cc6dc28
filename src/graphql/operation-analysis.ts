import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { neededAccess, type NeededAccess } from '../access/needed-access.js';
import { type MutationCounts, mutationCounts } from './limits/mutation-counts.js';
import { type CostFactors, costOf, type QueryCost } from './limits/query-cost.js';

/** What the checks before the execution of a validated operation need. None of it depends on variables. */
export interface OperationAnalysis {
  readonly access: NeededAccess;
  /** Computes the cost of a request from its variables. */
  readonly cost: (factors: CostFactors) => QueryCost;
  /** Null: the operation is not a mutation. */
  readonly mutations: MutationCounts | null;
}

const known = new WeakMap<GraphQLSchema, WeakMap<OperationDefinitionNode, OperationAnalysis>>();

/**
 * Analyses an operation of a validated document. The result is cached as long as the document. HTTP requests
 * with the same text share a document (`document-store.ts`); each WebSocket operation parses its own.
 */
export function analysisOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): OperationAnalysis {
  const ofSchema = known.get(schema) ?? new WeakMap<OperationDefinitionNode, OperationAnalysis>();
  known.set(schema, ofSchema);
  let analysis = ofSchema.get(operation);
  if (analysis === undefined) {
    analysis = {
      access: neededAccess(schema, document, operation),
      cost: costOf(schema, document, operation),
      mutations: mutationCounts(schema, document, operation),
    };
    ofSchema.set(operation, analysis);
  }
  return analysis;
}
