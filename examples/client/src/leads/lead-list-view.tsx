import { useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { failureOf } from '../api/failure.js';
import type { LeadListQuery, LeadOrderField, OrderDirection } from '../generated/graphql.js';
import { Choice } from '../page/choice.js';
import { FailureNote } from '../page/failure-note.js';
import { useAction } from '../page/use-action.js';
import { LeadCardView } from './lead-card-view.js';
import { LEAD_LIST, listOptions, nextPage, ORDER_DIRECTIONS, ORDER_FIELDS } from './lead-list.js';

export function LeadListView() {
  const [field, setField] = useState<LeadOrderField>('SCORE');
  const [direction, setDirection] = useState<OrderDirection>('DESC');
  const [hasClosed, setHasClosed] = useState(false);
  const options = listOptions(field, direction, { hasClosed });
  const { data, loading, error, fetchMore } = useQuery(LEAD_LIST, options);
  return (
    <section aria-label="Lead list" aria-busy={loading}>
      <div className="order">
        <Choice label="Order by" names={ORDER_FIELDS} value={field} onChoose={setField} />
        <Choice label="Direction" names={ORDER_DIRECTIONS} value={direction} onChoose={setDirection} />
        <label>
          <input
            type="checkbox"
            checked={hasClosed}
            onChange={({ target }) => {
              setHasClosed(target.checked);
            }}
          />{' '}
          Closed leads, too
        </label>
      </div>
      <FailureNote failure={error === undefined ? null : failureOf(error)} />
      {data === undefined ? (
        loading && <p>Loading …</p>
      ) : (
        <Cards key={`${field} ${direction} ${String(hasClosed)}`} data={data} fetchMore={fetchMore} />
      )}
    </section>
  );
}

interface CardsProps {
  readonly data: LeadListQuery;
  readonly fetchMore: useQuery.Result<LeadListQuery>['fetchMore'];
}

function Cards({ data, fetchMore }: CardsProps) {
  const more = useAction((variables: NonNullable<ReturnType<typeof nextPage>>) => fetchMore({ variables }));
  const { nodes, totalCount } = data.leadsConnection;
  const next = nextPage(data);
  return (
    <>
      <p role="status">
        {nodes.length.toLocaleString()} of {totalCount?.toLocaleString()} leads
      </p>
      <ol className="cards">
        {nodes.map((lead) => (
          <li key={lead.id}>
            <LeadCardView lead={lead} />
          </li>
        ))}
      </ol>
      <FailureNote failure={more.failure} />
      {next !== null && (
        <button type="button" disabled={more.isRunning} onClick={() => void more.run(next)}>
          Load more
        </button>
      )}
    </>
  );
}
