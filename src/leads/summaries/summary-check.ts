import { SYSTEM_MESSAGE } from './summary-prompt.js';
import { hasContacts, INVISIBLE_CHARACTERS } from './untrusted-text.js';

/** In UTF-16 code units; two or three sentences need a third of it. */
const MAX_SUMMARY_LENGTH = 1_200;

/** Of the system message that a summary repeats word for word. */
const ECHO_WORDS = 8;

export type CheckedSummary =
  { readonly text: string; readonly fault?: undefined } | { readonly fault: string };

interface Rule {
  readonly fault: string;
  readonly isBroken: (text: string) => boolean;
}

/** A host alone is none: companies are called Booking.com. A host with a path is, but for Node.js/React. */
const LINK =
  /\b(https?|ftp|mailto|javascript):|\b[a-z][a-z\d+.-]*:\/\/|\bwww\.|\b([a-z\d-]+\.)+(?!js\b|ts\b)[a-z]{2,}\/\w/i;

const RULES: readonly Rule[] = [
  { fault: 'it is empty', isBroken: (text) => text === '' },
  {
    fault: `it is longer than ${MAX_SUMMARY_LENGTH} characters`,
    isBroken: (text) => text.length > MAX_SUMMARY_LENGTH,
  },
  { fault: 'it is not valid Unicode', isBroken: (text) => !text.isWellFormed() },
  {
    fault: 'it has invisible characters',
    isBroken: (text) => text.replace(INVISIBLE_CHARACTERS, '') !== text,
  },
  { fault: 'it has a link', isBroken: (text) => LINK.test(text) },
  { fault: 'it has an e-mail address or a telephone number', isBroken: hasContacts },
  { fault: 'it has HTML', isBroken: (text) => /<\/?[a-z!][^>]*>|&(#\w+|\w{2,});/i.test(text) },
  {
    fault: 'it has markup',
    isBroken: (text) => /^\s*(#{1,6}\s|[-*+•]\s|\d+[.)]\s|>\s|\|)|```|\*\*|__|\[[^\]]*\]\(/m.test(text),
  },
  { fault: 'it repeats the instructions', isBroken: echoesInstructions },
];

/**
 * The boundary between what a model wrote and what is shown: the prompt asks, this decides. White space is
 * tidied and a fence or quotes around the whole removed; what breaks a rule is refused, with the rule.
 */
export function checkSummary(written: string, delimiter: string): CheckedSummary {
  const unwrapped = written
    .trim()
    .replace(/^```\w*\n([^`]*)\n?```$/, '$1')
    .trim()
    .replace(/^"([^"]*)"$/, '$1');
  if (echoesDelimiter(unwrapped, delimiter)) return { fault: 'it repeats the delimiter' };
  // Before white space is collapsed, since markup stands at the beginning of a line.
  const broken = RULES.find(({ isBroken }) => isBroken(unwrapped));
  return broken === undefined ? { text: unwrapped.replace(/\s+/g, ' ') } : { fault: broken.fault };
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** Its random part gives it away as well as the whole, in whatever frame or letter case. */
function echoesDelimiter(text: string, delimiter: string): boolean {
  const secrets = delimiter.toLowerCase().match(/[a-z\d]{8,}/g) ?? [delimiter];
  return secrets.some((secret) => text.toLowerCase().includes(secret));
}

function echoesInstructions(text: string): boolean {
  const instructions = ` ${wordsOf(SYSTEM_MESSAGE).join(' ')} `;
  const words = wordsOf(text);
  return words.some(
    (_, index) =>
      index + ECHO_WORDS <= words.length &&
      instructions.includes(` ${words.slice(index, index + ECHO_WORDS).join(' ')} `),
  );
}
