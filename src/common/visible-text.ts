/**
 * Characters without a visible glyph: Unicode's Default_Ignorable_Code_Point, line and paragraph separators,
 * interlinear annotations, and three blank symbols. The SQL functions of migration 0017 use the same list.
 */
const INVISIBLE = String.raw`\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d159}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}`;

const INVISIBLE_CHARACTER = new RegExp(`[${INVISIBLE}]`, 'u');
const INVISIBLE_CHARACTERS = new RegExp(`[${INVISIBLE}]+`, 'gu');

/** A combining mark is only visible with a base character. Control characters have a rule of their own. */
const VISIBLE_CHARACTER = new RegExp(String.raw`[^\s\p{M}\p{Cf}${INVISIBLE}]`, 'u');

export const hasInvisibleCharacters = (text: string): boolean => INVISIBLE_CHARACTER.test(text);

export const withoutInvisibleCharacters = (text: string): string => text.replace(INVISIBLE_CHARACTERS, '');

/** Whether a text has no visible character: white space, invisible characters, or marks without a letter. */
export const isBlank = (text: string): boolean => !VISIBLE_CHARACTER.test(text);

/** More than any language needs. Unicode's stream-safe format allows 30. */
export const MAX_MARKS_IN_A_ROW = 100;

const TOO_MANY_MARKS = new RegExp(String.raw`\p{M}{${MAX_MARKS_IN_A_ROW + 1}}`, 'u');

export const hasTooManyMarks = (text: string): boolean => TOO_MANY_MARKS.test(text);

/** Longer than the decomposed form of any text that a rule allows. */
const MAX_LENGTH_TO_COMPOSE = 40_000;

/**
 * Composes characters (NFC). The time grows with the square of the length of a run of marks: 40,000 of them
 * take seconds. A text that no rule accepts anyway is therefore returned unchanged.
 */
function composeText(text: string): string {
  const isCheap = text.length <= MAX_LENGTH_TO_COMPOSE && !hasTooManyMarks(text);
  return isCheap ? text.normalize('NFC') : text;
}

/**
 * The text in lower case, composed. It is composed again after the change of case. A small letter may compose
 * with a mark with which its capital does not (H and a macron below). Or it may consist of two characters
 * (the capital I with a dot).
 */
export const lowerCase = (text: string): string => composeText(composeText(text).toLowerCase());

/** The form in which a text is stored: composed, without surrounding white space. */
export const normaliseText = (text: string): string => composeText(text).trim();
