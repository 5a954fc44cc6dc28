import { isContact } from '../leads/scoring/contact-state.js';
import type { SummaryFacts, SummaryInteraction } from './summary-facts.js';
import { SummaryWriter, type WrittenSummary } from './summary-writer.js';

const MS_A_DAY = 86_400_000;

const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });

const counted = (count: number, noun: string): string =>
  `${number.format(count)} ${noun}${count === 1 ? '' : 's'}`;

/**
 * Composes a summary from the facts of a lead alone, without a model or network. The same facts result in the
 * same text.
 */
export class TemplateSummaryWriter extends SummaryWriter {
  override readonly name = 'template';
  override readonly version = 'template-3';
  override readonly isPaid = false;

  override write(facts: SummaryFacts): Promise<WrittenSummary> {
    const sentences = [
      whoSentence(facts),
      contactSentence(facts),
      unansweredSentence(facts),
      planSentence(facts),
    ];
    return Promise.resolve({
      text: sentences.filter((sentence) => sentence !== null).join(' '),
      headline: null,
      keyPoints: [],
      nextStep: null,
      source: 'template',
      model: null,
      promptVersion: null,
      withheldInteractionIds: [],
    });
  }
}

function whoSentence({ firstName, lastName, company, status, budget }: SummaryFacts): string {
  const who = company === null ? `${firstName} ${lastName}` : `${firstName} ${lastName} of ${company}`;
  const means = budget !== null && budget > 0 ? ` with a budget of ${number.format(budget)}` : '';
  return `${who} is a lead in status ${status.replaceAll('_', ' ')}${means}.`;
}

/** Notes are not quoted, because outsiders write them. */
function contactSentence({ interactions, interactionCount, asOf }: SummaryFacts): string | null {
  const last = interactions.find((interaction) => interaction.date <= asOf && isContact(interaction));
  if (last === undefined) {
    // If the list is incomplete, the interactions that were left out may be contacts.
    return interactionCount > interactions.length ? null : 'There has been no contact yet.';
  }
  const days = Math.floor((asOf.getTime() - last.date.getTime()) / MS_A_DAY);
  const when = days === 0 ? 'within the last day' : `${counted(days, 'day')} ago`;
  const past = interactionCount - interactions.filter(({ date }) => date > asOf).length;
  return `The last contact was ${articleOf(last)} ${nameOf(last)} ${when}; there ${past === 1 ? 'has' : 'have'} been ${counted(past, 'past interaction')}.`;
}

/** Counts outbound e-mails after the last contact, which are unanswered. */
function unansweredSentence({ interactions, asOf }: SummaryFacts): string | null {
  const past = interactions.filter(({ date }) => date <= asOf);
  const lastIndex = past.findIndex(isContact);
  const count = lastIndex === -1 ? past.length : lastIndex;
  if (count === 0) return null;
  return count === 1
    ? 'The latest email to the lead has no answer.'
    : `The latest ${number.format(count)} emails to the lead have no answer.`;
}

const articleOf = ({ type }: SummaryInteraction): string => (type === 'email' ? 'an' : 'a');

/** Mentions the direction of calls and e-mails; meetings have none. */
function nameOf({ type, direction }: SummaryInteraction): string {
  if (direction === null || type === 'meeting') return type;
  return `${type} ${direction === 'inbound' ? 'from' : 'to'} the lead`;
}

function planSentence({ interactions, asOf }: SummaryFacts): string | null {
  const next = interactions.findLast(({ date }) => date > asOf);
  if (next === undefined) return null;
  return `${articleOf(next) === 'an' ? 'An' : 'A'} ${nameOf(next)} is planned for ${next.date.toISOString().slice(0, 10)}.`;
}
