import { looksLikeInstructions } from '../instructions/instruction-detector.js';
import { hasContacts, INVISIBLE_CHARACTERS } from '../untrusted-text.js';

/** The number of consecutive words of the system message that count as a repetition. */
const ECHO_WORDS = 8;

export interface PromptTexts {
  readonly delimiter: string;
  readonly systemMessage: string;
}

interface Rule {
  readonly violation: string;
  readonly isBroken: (text: string) => boolean;
}

/**
 * A host name alone is not a link, because companies have names such as Booking.com. A host with a path is a
 * link, except Node.js/React.
 */
const LINK =
  /\b(https?|ftp|mailto|javascript):|\b[a-z][a-z\d+.-]*:\/\/|\bwww\.|\b([a-z\d-]+\.)+(?!js\b|ts\b)[a-z]{2,}\/\w/i;

const RULES: readonly Rule[] = [
  { violation: 'is empty', isBroken: (text) => text === '' },
  { violation: 'is not valid Unicode', isBroken: (text) => !text.isWellFormed() },
  {
    violation: 'has invisible characters',
    isBroken: (text) => text.replace(INVISIBLE_CHARACTERS, '') !== text,
  },
  { violation: 'has a link', isBroken: (text) => LINK.test(text) },
  { violation: 'has an e-mail address or a telephone number', isBroken: hasContacts },
  { violation: 'has HTML', isBroken: (text) => /<\/?[a-z!][^>]*>|&(#\w+|\w{2,});/i.test(text) },
  {
    violation: 'has markup',
    isBroken: (text) => /^\s*(#{1,6}\s|[-*+•]\s|\d+[.)]\s|>\s|\|)|```|\*\*|__|\[[^\]]*\]\(/m.test(text),
  },
  { violation: 'reads like instructions to a machine', isBroken: looksLikeInstructions },
];

/**
 * Checks the rules for every displayed text, regardless of its facts. @returns the broken rule; null: none
 */
export function textViolation(text: string, maxLength: number, prompt: PromptTexts): string | null {
  if (text.length > maxLength) return `is longer than ${maxLength} characters`;
  if (echoesDelimiter(text, prompt.delimiter)) return 'repeats the delimiter';
  if (echoesInstructions(text, prompt.systemMessage)) return 'repeats the instructions';
  return RULES.find(({ isBroken }) => isBroken(text))?.violation ?? null;
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** Searches for the random part alone, so that another frame or letter case makes no difference. */
function echoesDelimiter(text: string, delimiter: string): boolean {
  const secrets = delimiter.toLowerCase().match(/[a-z\d]{8,}/g) ?? [delimiter];
  return secrets.some((secret) => text.toLowerCase().includes(secret));
}

function echoesInstructions(text: string, systemMessage: string): boolean {
  const instructions = ` ${wordsOf(systemMessage).join(' ')} `;
  const words = wordsOf(text);
  return words.some(
    (_, index) =>
      index + ECHO_WORDS <= words.length &&
      instructions.includes(` ${words.slice(index, index + ECHO_WORDS).join(' ')} `),
  );
}
