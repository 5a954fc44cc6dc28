const MASK = '[masked]';

/**
 * What never belongs into a log, and what stands there instead. Masking too much costs a reader a word; masking too little
 * cannot be undone.
 */
const RULES: readonly (readonly [RegExp, string])[] = [
  // Users and passwords within URLs; before addresses, which they would pass for.
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, `$1${MASK}@`],
  // The last part is of letters: what stands behind the @ of a package, in the path of a stack, is a version.
  [/[\p{L}\p{N}._%+'-]+(?:@|%40)(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}/giu, MASK],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${MASK}`],
  // Tokens and keys that are known by how they begin.
  [/\beyJ[\w-]{5,}(?:\.[\w-]*){0,2}/g, MASK],
  [/\b(?:lsk|sk|pk|rk)[-_][\w-]{8,}/g, MASK],
  [
    /\b(pass(?:word|wd)?|pwd|secret|token|api[_-]?key|authorization)(\\?["']?\s*[=:]\s*\\?["']?)[^\s"',;&\\]+/gi,
    `$1$2${MASK}`,
  ],
  // What PostgreSQL says of rows.
  [/(Key \([^)]*\)=)\(.*?\)(?=[ "]|$)/g, `$1(${MASK})`],
  [/(Failing row contains |invalid input syntax for [\w ]+: ).*(?="$)/g, `$1${MASK}`],
];

/** What a text has to have for any of the rules to be about it; most have nothing of it. */
const SUSPICIOUS =
  /@|%40|:\/\/|\d{10}|\d[ ()./-]{1,2}\d|\+\d|bearer|basic|eyJ|[lsprk]k[-_]|pass|pwd|secret|token|key|authorization|row|syntax/i;

/** Seven digits or more, with gaps perhaps. No dates, no addresses of machines, no parts of ids. */
const DIGITS =
  /(?<![\w.:/+-])(?!\d{4}-\d{2}-\d{2}(?!\d))(?!\d{1,3}(?:\.\d{1,3}){3}(?![\d.]))\+?\(?\d(?:[ ()./-]{0,2}\d){6,17}(?![\w:-])/g;

/** Written with a plus or gaps it is a phone number; without, an id has fewer digits than most of those. */
const isPhoneNumber = (digits: string): boolean => /\D/.test(digits) || digits.length >= 10;

const scrubText = (text: string): string =>
  RULES.reduce((scrubbed, [pattern, mask]) => scrubbed.replace(pattern, mask), text).replace(
    DIGITS,
    (digits) => (isPhoneNumber(digits) ? MASK : digits),
  );

/** Texts of JSON, with their quotes. */
const JSON_TEXT = /"(?:[^"\\]|\\.)*"/g;

/**
 * The last line of defence: a line of the log without what may pass for an e-mail address, a phone number, a key or a password.
 * Whoever writes a line sees to it that there is none; this is for what nobody thought of.
 * @param line as JSON; numbers are left as they are
 */
export const scrubLine = (line: string): string =>
  line.replace(JSON_TEXT, (text) => (text.length > 8 && SUSPICIOUS.test(text) ? scrubText(text) : text));
