import { encodedTexts, hiddenText, isSpelledOut, viewsOf } from './disguises.js';
import { givesInstructions } from './instruction-rules.js';

/** An order to output a word in capital letters. */
const ORDERED_SHOUT =
  /(?:^|[\s.:;,>])(?:print|output|say|reply|respond|answer|return|echo|repeat)(?: only)?(?: with)?(?: the word)? [A-Z][A-Z\d-]{4,}\b/;

/** Only this many characters are checked, because the rest is cut before the text is used. */
const MAX_LENGTH = 20_000;

/**
 * Whether a text of an outsider looks like instructions to a machine, even if disguised. This is a filter in
 * front of the model, not a guarantee. The check of the model's answer must catch the rest. (OWASP
 * LLM01:2025.)
 */
export function looksLikeInstructions(text: string): boolean {
  const judged = text.slice(0, MAX_LENGTH);
  if (isSpelledOut(judged) || hiddenText(judged) !== '') return true;
  // Text that people cannot read is meant for a machine.
  if (encodedTexts(judged).some((decoded) => isOfWords(decoded) || givesOrders(decoded))) return true;
  return givesOrders(judged) || ORDERED_SHOUT.test(judged);
}

const givesOrders = (text: string): boolean => viewsOf(text).some(givesInstructions);

const isOfWords = (text: string): boolean => (text.match(/\p{L}{2,}/gu) ?? []).length >= 3;
