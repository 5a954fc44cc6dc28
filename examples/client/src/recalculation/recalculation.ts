import type { ApolloClient } from '@apollo/client';
import { dataOf } from '../api/data-of.js';
import { getFragmentData, graphql } from '../generated/index.js';
import type { LatestRunQuery, RecalculateAllMutation, RunProgressFragment } from '../generated/graphql.js';

const RUN_PROGRESS = graphql(`
  fragment RunProgress on Recalculation {
    id
    status
    endedAt
    totalCount
    calculatedCount
    savedCount
    failedCount
    error
  }
`);

export const LATEST_RUN = graphql(`
  query LatestRun {
    recalculations(first: 1) {
      nodes {
        ...RunProgress
      }
    }
  }
`);

export const RECALCULATION_PROGRESS = graphql(`
  subscription RecalculationProgress($id: ID) {
    recalculationProgress(id: $id) {
      ...RunProgress
    }
  }
`);

const RECALCULATE_ALL = graphql(`
  mutation RecalculateAll {
    recalculateAllScores {
      recalculationId
      count
      failedCount
    }
  }
`);

/** Returns the recalculation in `LatestRun`; null: there was none, or it is not known yet. */
export function latestRun(data: LatestRunQuery | undefined): RunProgressFragment | null {
  return getFragmentData(RUN_PROGRESS, data?.recalculations.nodes[0]) ?? null;
}

/**
 * Recalculates all scores and resolves at the end. `followRuns` reports the progress. Rejects immediately
 * with RECALCULATION_RUNNING while another recalculation is running.
 */
export async function recalculateAll(
  client: ApolloClient,
): Promise<RecalculateAllMutation['recalculateAllScores']> {
  try {
    return dataOf(await client.mutate({ mutation: RECALCULATE_ALL })).recalculateAllScores;
  } finally {
    // Fetches the final or running recalculation, even if no WebSocket can be opened.
    await Promise.allSettled([client.query({ query: LATEST_RUN, fetchPolicy: 'network-only' })]);
  }
}
