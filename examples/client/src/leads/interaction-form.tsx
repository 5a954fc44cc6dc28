import { useApolloClient } from '@apollo/client/react';
import { useState } from 'react';
import type { InteractionType } from '../generated/graphql.js';
import { Choice } from '../page/choice.js';
import { FailureNote } from '../page/failure-note.js';
import { useAction } from '../page/use-action.js';
import { addInteraction, DIRECTIONS, INTERACTION_TYPES, type NewInteraction } from './lead-actions.js';

export function InteractionForm({ leadId }: { readonly leadId: string }) {
  const client = useApolloClient();
  const addition = useAction((interaction: NewInteraction) => addInteraction(client, leadId, interaction));
  const [type, setType] = useState<InteractionType>('CALL');
  const [direction, setDirection] = useState<keyof typeof DIRECTIONS>('UNKNOWN');
  const [date, setDate] = useState(() => localTime(new Date()));
  const [notes, setNotes] = useState('');
  const submit = async () => {
    // If the request fails, the form keeps its values.
    const interaction = {
      type,
      direction: direction === 'UNKNOWN' ? null : direction,
      date: new Date(date).toISOString(),
      notes: notes.trim(),
    };
    if (await addition.run(interaction)) setNotes('');
  };
  return (
    <details>
      <summary>Add an interaction</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Choice label="Type" names={INTERACTION_TYPES} value={type} onChoose={setType} />
        <Choice label="Direction" names={DIRECTIONS} value={direction} onChoose={setDirection} />
        <label>
          Date{' '}
          <input
            type="datetime-local"
            required
            value={date}
            onChange={({ target }) => {
              setDate(target.value);
            }}
          />
        </label>
        <label className="wide">
          Notes{' '}
          <textarea
            rows={3}
            maxLength={10_000}
            value={notes}
            onChange={({ target }) => {
              setNotes(target.value);
            }}
          />
        </label>
        <button type="submit" disabled={addition.isRunning}>
          Add
        </button>
      </form>
      {addition.result !== undefined && (
        <p role="status">
          {addition.result === null
            ? 'Recorded. The score could not be read: reload the page.'
            : `Recorded. The score is ${addition.result.activityScore ?? 'unknown'} now.`}
        </p>
      )}
      <FailureNote failure={addition.failure} />
    </details>
  );
}

/** Formats an instant for `datetime-local`: in the time zone of the user, without an offset. */
function localTime(instant: Date): string {
  return new Date(instant.getTime() - instant.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
