/**
 * Characters that show nothing, or that change how what follows is shown: a text can hide instructions behind
 * them. Control characters but for tab and line breaks, zero-width characters, marks and overrides of direction,
 * and the tag characters.
 */
export const INVISIBLE_CHARACTERS =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

const EMAIL_ADDRESS = /[^\s<>()"',;:]+@[^\s<>()"',;:]+\.[^\s<>()"',;:]{2,}/gu;

/** A number with a country's prefix, or at least nine digits with the separators of telephone numbers. */
const PHONE_NUMBER = /(?:\+|\b00)\d[\d\s()./-]{6,}\d|\(?\b\d[\d\s()./-]{7,}\d\b/gu;

const ISO_DATE = /\d{4}-\d{2}-\d{2}/;
/** Thousands in groups of three, as in 1 200 000 000. */
const GROUPED_AMOUNT = /^\d{1,3}([\s.]\d{3})+$/;

const isPhoneNumber = (text: string): boolean => {
  const digits = text.replace(/\D/g, '').length;
  const hasPrefix = /^(\+|00)/.test(text);
  return (
    digits >= (hasPrefix ? 7 : 9) && digits <= 17 && !ISO_DATE.test(text) && !GROUPED_AMOUNT.test(text.trim())
  );
};

/** Masks e-mail addresses and telephone numbers; dates and amounts stay. */
function maskContacts(text: string): string {
  return text
    .replace(EMAIL_ADDRESS, '[e-mail]')
    .replace(PHONE_NUMBER, (match) => (isPhoneNumber(match) ? '[phone]' : match));
}

/** Whether a text holds an e-mail address or a telephone number. */
export const hasContacts = (text: string): boolean => maskContacts(text) !== text;

/** Cuts a text to a number of UTF-16 code units, never within a surrogate pair. */
function cutText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return text.slice(0, maxLength).replace(/[\ud800-\udbff]$/, '');
}

/** Makes a text of an outsider fit to be shown to a model: as data, with nothing hidden in it. */
export function cleanText(text: string, maxLength: number): string {
  const masked = maskContacts(text.replace(INVISIBLE_CHARACTERS, ''));
  return masked.length <= maxLength ? masked : `${cutText(masked, maxLength)} [cut]`;
}
