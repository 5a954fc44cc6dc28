import { type FragmentType, getFragmentData } from '../generated/index.js';
import type { LeadCardFragment } from '../generated/graphql.js';
import { Instant } from '../page/instant.js';
import { SCORE_REASON } from './lead-card.js';

export function ScoreView({ lead }: { readonly lead: LeadCardFragment }) {
  const { activityScore, scoreCalculatedAt, scoreBreakdown } = lead;
  if (activityScore === null) return <p className="score">The score was never calculated.</p>;
  return (
    <div className="score">
      <p>
        Score <strong>{activityScore}</strong> of 100
        {scoreCalculatedAt !== null && (
          <>
            , as of <Instant value={scoreCalculatedAt} />
          </>
        )}
      </p>
      <meter aria-label="Score" min={0} max={100} value={activityScore} />
      {scoreBreakdown === null ? (
        <p>Why, is not known: recalculate it.</p>
      ) : (
        <ul>
          <Reason name="Recency" factor={scoreBreakdown.recency} />
          <Reason name="Engagement" factor={scoreBreakdown.engagement} />
          <Reason name="Budget" factor={scoreBreakdown.budget} />
          <Reason name="Status" factor={scoreBreakdown.status} />
        </ul>
      )}
    </div>
  );
}

interface ReasonProps {
  readonly name: string;
  readonly factor: FragmentType<typeof SCORE_REASON>;
}

function Reason({ name, factor }: ReasonProps) {
  const { points, cap, reason } = getFragmentData(SCORE_REASON, factor);
  return (
    <li>
      {name} {points}/{cap}: {reason}
    </li>
  );
}
