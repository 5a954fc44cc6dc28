import { useApolloClient, useQuery } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { type Failure, failureOf } from '../api/failure.js';
import { FailureNote } from '../page/failure-note.js';
import { useAction } from '../page/use-action.js';
import { followRuns } from './follow-runs.js';
import { ProgressLine } from './progress-line.js';
import { LATEST_RUN, latestRun, recalculateAll } from './recalculation.js';

/** Starts a recalculation of all scores, and shows the progress of any recalculation. */
export function RecalculationView() {
  const client = useApolloClient();
  const [unfollowed, setUnfollowed] = useState<Failure | null>(null);
  useEffect(() => {
    const following = followRuns(client, (error) => {
      const headline = 'How far a recalculation is, cannot be told.';
      setUnfollowed(error === null ? null : { ...failureOf(error), headline });
    });
    return () => {
      following.unsubscribe();
    };
  }, [client]);
  const { data } = useQuery(LATEST_RUN);
  const recalculation = useAction(() => recalculateAll(client));
  const run = latestRun(data);
  return (
    <section aria-label="Recalculation" className="recalculation">
      <button type="button" disabled={recalculation.isRunning} onClick={() => void recalculation.run()}>
        Recalculate all
      </button>
      {run !== null && <ProgressLine run={run} />}
      <FailureNote failure={recalculation.failure ?? unfollowed} />
    </section>
  );
}
