import type { MutationCounts } from './mutation-counts.js';

/** What counts requests and mutations of a caller, and refuses those that are too many. */
export interface OperationRates {
  countRequest(caller: string): Promise<void>;
  countMutations(caller: string, counts: MutationCounts): Promise<void>;
}
