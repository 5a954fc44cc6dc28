import type { MutationCounts } from './mutation-counts.js';

/** Counts requests and mutations of a caller, and rejects those above the limit. */
export interface OperationRates {
  countRequest(caller: string): Promise<void>;
  countMutations(caller: string, counts: MutationCounts): Promise<void>;
}
