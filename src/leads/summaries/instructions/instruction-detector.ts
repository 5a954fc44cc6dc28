import { encodedTexts, hiddenText, isSpelledOut, viewsOf } from './disguises.js';
import { givesInstructions } from './instruction-rules.js';

/** What is to be written, in capitals. */
const ORDERED_SHOUT =
  /(?:^|[\s.:;,>])(?:print|output|say|reply|respond|answer|return|echo|repeat)(?: only)?(?: with)?(?: the word)? [A-Z][A-Z\d-]{4,}\b/;

/** Of a text, what is judged: what comes after is cut before it reaches anybody. */
const MAX_LENGTH = 20_000;

/**
 * Whether a text of an outsider looks like instructions to a machine, in whatever disguise. It is a filter in front
 * of the model and no proof: what it misses has to be caught by the check of what the model writes.
 * (OWASP LLM01:2025.)
 */
export function looksLikeInstructions(text: string): boolean {
  const judged = text.slice(0, MAX_LENGTH);
  if (isSpelledOut(judged) || hiddenText(judged) !== '') return true;
  // Whoever writes words so that people cannot read them has a machine in mind.
  if (encodedTexts(judged).some((decoded) => isOfWords(decoded) || givesOrders(decoded))) return true;
  return givesOrders(judged) || ORDERED_SHOUT.test(judged);
}

const givesOrders = (text: string): boolean => viewsOf(text).some(givesInstructions);

const isOfWords = (text: string): boolean => (text.match(/\p{L}{2,}/gu) ?? []).length >= 3;
