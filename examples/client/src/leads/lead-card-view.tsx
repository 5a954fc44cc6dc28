import { type FragmentType, getFragmentData } from '../generated/index.js';
import { InteractionForm } from './interaction-form.js';
import { LEAD_CARD } from './lead-card.js';
import { ScoreView } from './score-view.js';
import { SummaryView } from './summary-view.js';

export function LeadCardView({ lead }: { readonly lead: FragmentType<typeof LEAD_CARD> }) {
  const card = getFragmentData(LEAD_CARD, lead);
  const titleId = `lead-${card.id}`;
  return (
    <article aria-labelledby={titleId} className="card">
      <header>
        <h2 id={titleId}>
          <bdi>
            {card.firstName} {card.lastName}
          </bdi>
        </h2>
        <p>
          <bdi>{card.company ?? 'No company known'}</bdi> · {card.status}
        </p>
      </header>
      <ScoreView lead={card} />
      <SummaryView lead={card} />
      <InteractionForm leadId={card.id} />
    </article>
  );
}
