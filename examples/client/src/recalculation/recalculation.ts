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

export const RESCORE_PROGRESS = graphql(`
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

/** The run that `LatestRun` knows of; null: there was none yet, or it is not known yet. */
export function latestRun(data: LatestRunQuery | undefined): RunProgressFragment | null {
  return getFragmentData(RUN_PROGRESS, data?.recalculations.nodes[0]) ?? null;
}

/**
 * Recalculates all scores, which is answered when all is done. How far it is, `followRuns` tells meanwhile.
 * Rejected with RECALCULATION_RUNNING, at once, while another recalculation is under way.
 */
export async function recalculateAll(
  client: ApolloClient,
): Promise<RecalculateAllMutation['recalculateAllScores']> {
  try {
    return dataOf(await client.mutate({ mutation: RECALCULATE_ALL })).recalculateAllScores;
  } finally {
    // Says how it ended, or which one is under way, even where no socket gets through to the server.
    await Promise.allSettled([client.query({ query: LATEST_RUN, fetchPolicy: 'network-only' })]);
  }
}
