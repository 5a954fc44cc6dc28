import { useApolloClient } from '@apollo/client/react';
import type { LeadCardFragment, SummarySource } from '../generated/graphql.js';
import { FailureNote } from '../page/failure-note.js';
import { Instant } from '../page/instant.js';
import { useAction } from '../page/use-action.js';
import { regenerateSummary } from './lead-actions.js';

/** Users must be able to distinguish the text of a template from that of a model. */
const WRITERS: Readonly<Record<SummarySource, string>> = {
  MODEL: 'Written by a language model',
  TEMPLATE: 'Written by a template, from the facts alone',
};

export function SummaryView({ lead }: { readonly lead: LeadCardFragment }) {
  const client = useApolloClient();
  const regeneration = useAction(() => regenerateSummary(client, lead.id));
  const { summary, summarySource, summaryGeneratedAt } = lead;
  return (
    <div className="summary" aria-busy={regeneration.isRunning}>
      <p>
        <bdi>{summary ?? 'No summary yet.'}</bdi>
      </p>
      {summary !== null && (
        <p className="source">
          {summarySource === null ? 'Nobody knows who wrote it' : WRITERS[summarySource]}
          {summaryGeneratedAt !== null && (
            <>
              , <Instant value={summaryGeneratedAt} />
            </>
          )}
        </p>
      )}
      <button type="button" disabled={regeneration.isRunning} onClick={() => void regeneration.run()}>
        Regenerate summary
      </button>
      <FailureNote failure={regeneration.failure} />
    </div>
  );
}
