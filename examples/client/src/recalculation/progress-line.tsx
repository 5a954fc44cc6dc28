import type { RunProgressFragment } from '../generated/graphql.js';
import { Instant } from '../page/instant.js';

export function ProgressLine({ run }: { readonly run: RunProgressFragment }) {
  return (
    <>
      {run.status === 'RUNNING' && <Bar run={run} />}
      <p role="status">
        {inWords(run)}
        {run.endedAt !== null && (
          <>
            {' '}
            (<Instant value={run.endedAt} />)
          </>
        )}
      </p>
    </>
  );
}

/** All leads are calculated first and written afterwards: each step is half of the bar. */
function Bar({ run: { totalCount, calculatedCount, savedCount } }: { readonly run: RunProgressFragment }) {
  return (
    <progress
      aria-label="Progress of the recalculation"
      max={Math.max(1, 2 * totalCount)}
      value={calculatedCount + savedCount}
    />
  );
}

function inWords({
  id,
  status,
  totalCount,
  calculatedCount,
  savedCount,
  failedCount,
  error,
}: RunProgressFragment) {
  switch (status) {
    case 'RUNNING':
      return `Recalculation ${id}: ${count(calculatedCount)} of ${count(totalCount)} scores calculated, ${count(savedCount)} written …`;
    case 'SUCCEEDED':
      return `Recalculation ${id}: ${count(savedCount)} scores saved, ${count(failedCount)} failed.`;
    case 'CANCELLED':
      return `Recalculation ${id} was stopped; all scores are as they were.`;
    case 'FAILED':
    case 'INTERRUPTED':
      return `Recalculation ${id} failed; all scores are as they were. ${error ?? ''}`;
  }
}

const count = (leads: number) => leads.toLocaleString();
