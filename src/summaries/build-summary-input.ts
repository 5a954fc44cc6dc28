import { looksLikeInstructions } from './instructions/instruction-detector.js';
import type { SummaryFacts, SummaryInteraction } from './summary-facts.js';
import type { InputInteraction, InputLead, SummaryInput } from './summary-input.js';
import { cleanText } from './untrusted-text.js';

const MAX_NOTES_LENGTH = 1_000;
const MAX_DETAIL_LENGTH = 200;
/** The maximum total length of all notes. */
const MAX_ALL_NOTES_LENGTH = 12_000;

/** Prepares the facts of a lead for a model. */
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

/**
 * Outsiders write these texts too, in forms and files. A text that looks like instructions counts as unknown.
 */
function detailOf(text: string | null): string | null {
  if (text === null || text.trim() === '' || looksLikeInstructions(text)) return null;
  return cleanText(text, MAX_DETAIL_LENGTH);
}

/** Returns the newest interactions first, as many as the length limit allows. */
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
  // The original notes are checked, because cleaning would remove the signs of a disguise.
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
