import type { ApolloClient } from '@apollo/client';
import {
  asyncScheduler,
  distinctUntilChanged,
  filter,
  map,
  type Observable,
  observeOn,
  skip,
  type Subscription,
  switchMap,
} from 'rxjs';
import type { RunProgressFragment } from '../generated/graphql.js';
import { LEAD_LIST } from '../leads/lead-list.js';
import { LATEST_RUN, latestRun, RESCORE_PROGRESS } from './recalculation.js';

/**
 * Keeps `LatestRun` in the cache up to date, whoever starts recalculations, and reads the list of leads anew where
 * one has changed the scores.
 * @param onFailure is told of what the subscription was refused with; null: it gets through
 */
export function followRuns(client: ApolloClient, onFailure: (error: unknown) => void): Subscription {
  const runs = client
    .watchQuery({ query: LATEST_RUN, fetchPolicy: 'cache-and-network' })
    .pipe(map(({ data, dataState }) => (dataState === 'complete' ? latestRun(data) : undefined)));
  const following = progressOf(client, runs).subscribe(({ data, error }) => {
    onFailure(error ?? null);
    if (data == null) return;
    client.writeQuery({
      query: LATEST_RUN,
      data: { recalculations: { nodes: [data.recalculationProgress] } },
    });
  });
  following.add(
    endsOf(runs).subscribe(() => {
      void client.refetchQueries({ include: [LEAD_LIST] });
    }),
  );
  return following;
}

type Runs = Observable<RunProgressFragment | null | undefined>;

/**
 * Without an id the API tells of runs that begin, of which a client that was away for a moment may miss the end;
 * with an id it always tells how that run ended. So one is followed by its id from when it is known.
 */
function progressOf(client: ApolloClient, runs: Runs) {
  return runs.pipe(
    map((run) => (run?.status === 'RUNNING' ? run.id : null)),
    distinctUntilChanged(),
    // Not while a message is being handled: graphql-ws counts a leave twice where the server's goodbye has come
    // with that message, and closes the socket on whoever comes next.
    observeOn(asyncScheduler),
    switchMap((id) => client.subscribe({ query: RESCORE_PROGRESS, variables: { id } })),
  );
}

/** Runs that succeed from now on. */
function endsOf(runs: Runs) {
  return runs.pipe(
    filter((run) => run !== undefined),
    distinctUntilChanged((run, other) => run?.id === other?.id && run?.status === other?.status),
    skip(1),
    filter((run) => run?.status === 'SUCCEEDED'),
  );
}
