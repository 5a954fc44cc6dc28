const MASK = '[masked]';

/**
 * Patterns of data that must not be logged, with their replacements. Masking too much costs a reader a word;
 * masking too little cannot be undone.
 */
const RULES: readonly (readonly [RegExp, string])[] = [
  // Credentials in URLs. Must run before the rule for e-mail addresses, which also matches them.
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, `$1${MASK}@`],
  // The last part must be letters: in a stack trace, the text after the @ of a package path is a version.
  [/[\p{L}\p{N}._%+'-]+(?:@|%40)(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}/giu, MASK],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${MASK}`],
  // Tokens and keys with a known prefix.
  [/\beyJ[\w-]{5,}(?:\.[\w-]*){0,2}/g, MASK],
  [/\b(?:lsk|sk|pk|rk)[-_][\w-]{8,}/g, MASK],
  [
    /\b(pass(?:word|wd)?|pwd|secret|token|api[_-]?key|authorization)(\\?["']?\s*[=:]\s*\\?["']?)[^\s"',;&\\]+/gi,
    `$1$2${MASK}`,
  ],
  // Values of rows in PostgreSQL messages.
  [/(Key \([^)]*\)=)\(.*?\)(?=[ "]|$)/g, `$1(${MASK})`],
  [/(Failing row contains |invalid input syntax for [\w ]+: ).*(?="$)/g, `$1${MASK}`],
];

/** Matches every text to which a rule may apply. Most texts do not match, and skip the rules. */
const SUSPICIOUS =
  /@|%40|:\/\/|\d{10}|\d[ ()./-]{1,2}\d|\+\d|bearer|basic|eyJ|[lsprk]k[-_]|pass|pwd|secret|token|key|authorization|row|syntax/i;

/** 7 to 18 digits, possibly with separators. Excludes dates, IP addresses and parts of ids. */
const DIGITS =
  /(?<![\w.:/+-])(?!\d{4}-\d{2}-\d{2}(?!\d))(?!\d{1,3}(?:\.\d{1,3}){3}(?![\d.]))\+?\(?\d(?:[ ()./-]{0,2}\d){6,17}(?![\w:-])/g;

/**
 * With a plus or separators, it is a phone number. Without, only if it has at least ten digits: most ids have
 * fewer.
 */
const isPhoneNumber = (digits: string): boolean => /\D/.test(digits) || digits.length >= 10;

const scrubText = (text: string): string =>
  RULES.reduce((scrubbed, [pattern, mask]) => scrubbed.replace(pattern, mask), text).replace(
    DIGITS,
    (digits) => (isPhoneNumber(digits) ? MASK : digits),
  );

/** JSON strings, including their quotes. */
const JSON_TEXT = /"(?:[^"\\]|\\.)*"/g;

/**
 * The last line of defence: masks text in a log line that looks like an e-mail address, a phone number, a key
 * or a password. Code that logs must not include such data in the first place; this catches mistakes.
 * @param line as JSON; numbers are not changed
 */
export const scrubLine = (line: string): string =>
  line.replace(JSON_TEXT, (text) => (text.length > 8 && SUSPICIOUS.test(text) ? scrubText(text) : text));
