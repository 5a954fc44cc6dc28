const ASCII = /^[\u0000-\u007f]*$/;

/** Lower case without accents: "Übersicht" and "ubersicht" are equal. */
export const foldAccents = (text: string): string =>
  ASCII.test(text) ? text.toLowerCase() : foldLetters(text);

const foldLetters = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('ø', 'o')
    .replaceAll('ł', 'l');

/** Longer texts are no label. The time to decompose a text grows with the square of a run of marks. */
const MAX_LABEL_LENGTH = 255;

/** Letters and digits only, folded. Headers, statuses and interaction types with the same key are equal. */
export const foldedKey = (text: string): string =>
  text.length > MAX_LABEL_LENGTH ? text : foldAccents(text).replace(/[^\p{L}\p{N}]+/gu, '');
