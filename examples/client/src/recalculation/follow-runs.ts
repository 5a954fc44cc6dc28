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
import { LATEST_RUN, latestRun, RECALCULATION_PROGRESS } from './recalculation.js';

/**
 * Keeps `LatestRun` in the cache up to date, however recalculations are started. Fetches the list of leads
 * again when one has changed the scores.
 * @param onFailure called with the error of the subscription; null: it works
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
 * Without an id, the API reports recalculations that begin; a client that was disconnected for a moment may
 * miss their end. With an id, it always reports the end. So a recalculation is followed by its id as soon as
 * that is known.
 */
function progressOf(client: ApolloClient, runs: Runs) {
  return runs.pipe(
    map((run) => (run?.status === 'RUNNING' ? run.id : null)),
    distinctUntilChanged(),
    // Not while a message is handled: graphql-ws counts an unsubscription twice if the `complete` message of
    // the server has arrived at the same time. It then closes the socket, which the next subscription uses.
    observeOn(asyncScheduler),
    switchMap((id) => client.subscribe({ query: RECALCULATION_PROGRESS, variables: { id } })),
  );
}

/** Emits recalculations that succeed from now on. */
function endsOf(runs: Runs) {
  return runs.pipe(
    filter((run) => run !== undefined),
    distinctUntilChanged((run, other) => run?.id === other?.id && run?.status === other?.status),
    skip(1),
    filter((run) => run?.status === 'SUCCEEDED'),
  );
}
