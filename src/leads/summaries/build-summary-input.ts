import { looksLikeInstructions } from './instructions/instruction-detector.js';
import type { SummaryFacts, SummaryInteraction } from './summary-facts.js';
import type { InputInteraction, InputLead, SummaryInput } from './summary-input.js';
import { cleanText } from './untrusted-text.js';

const MAX_NOTES_LENGTH = 1_000;
const MAX_DETAIL_LENGTH = 200;
/** Of all notes together. */
const MAX_ALL_NOTES_LENGTH = 12_000;

/** Makes the facts of a lead fit to be shown to a model. */
export function buildSummaryInput(facts: SummaryFacts): SummaryInput {
  const interactions = interactionsOf(facts);
  return {
    lead: leadOf(facts),
    interactions,
    leftOutCount: facts.interactionCount - interactions.length,
  };
}

function leadOf(facts: SummaryFacts): InputLead {
  return {
    name: detailOf([facts.firstName, facts.lastName].filter((name) => name !== '').join(' ')),
    company: detailOf(facts.company),
    location: detailOf(facts.location),
    source: detailOf(facts.source),
    status: detailOf(facts.status.replaceAll('_', ' ')) ?? 'unknown',
    budget: facts.budget,
    interactionCount: facts.interactionCount,
  };
}

/** Outsiders write these too, in forms and files; what looks like an instruction is as good as not known. */
function detailOf(text: string | null): string | null {
  if (text === null || text.trim() === '' || looksLikeInstructions(text)) return null;
  return cleanText(text, MAX_DETAIL_LENGTH);
}

/** Newest first, as many as there is room for. */
function interactionsOf({ interactions, asOf }: SummaryFacts): InputInteraction[] {
  const fitting: InputInteraction[] = [];
  let length = 0;
  for (const [index, interaction] of interactions.entries()) {
    const shown = interactionOf(interaction, `I${index + 1}`, asOf);
    length += shown.notes?.length ?? 0;
    if (length > MAX_ALL_NOTES_LENGTH) break;
    fitting.push(shown);
  }
  return fitting;
}

function interactionOf(
  { id, type, direction, date, notes }: SummaryInteraction,
  alias: string,
  asOf: Date,
): InputInteraction {
  const hasNotes = notes !== null && notes.trim() !== '';
  // Judged as they are: cleaning takes away what gives a disguise away.
  const areNotesWithheld = hasNotes && looksLikeInstructions(notes);
  return {
    alias,
    id,
    type,
    direction,
    date: date.toISOString().slice(0, 10),
    isPlanned: date > asOf,
    notes: hasNotes && !areNotesWithheld ? cleanText(notes, MAX_NOTES_LENGTH) : null,
    areNotesWithheld,
  };
}
