/**
 * Characters that are invisible or change how text is displayed, so that a text can hide instructions. These
 * are control characters except tab and line breaks, zero-width characters, direction marks and overrides,
 * and tag characters.
 */
export const INVISIBLE_CHARACTERS =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/gu;

/**
 * No part can match its own terminator, and each part is bounded: otherwise outsiders could cause slow
 * matching.
 */
const EMAIL_ADDRESS = /[^\s<>()"',;:@]{1,64}@(?:[^\s<>()"',;:@.]{1,63}\.){1,8}[^\s<>()"',;:@.]{2,63}/gu;

const DATE = String.raw`(?<![\p{Nd}./-])(?:(?:19|20)\d{2}-[01]\d-[0-3]\d|[0-3]?\d[./][0-3]?\d[./](?:19|20)\d{2})(?!\p{Nd}|[./-]\p{Nd})`;
/** The inside of a telephone number. A date ends the match, because it would be hidden otherwise. */
const INSIDE = String.raw`(?:(?!\s${DATE})[\p{Nd}\s()./-])`;

/**
 * Matches a date, which is kept, or a telephone number: with a country prefix, or with at least nine digits
 * and usual separators. Digits may be of any script. The length is bounded, so that a long sequence of digits
 * is not slow.
 */
const DATE_OR_PHONE_NUMBER = new RegExp(
  String.raw`${DATE}|(?<phone>(?:\+|(?<!\p{Nd})00)\p{Nd}${INSIDE}{5,60}\p{Nd}|\(?(?<![\p{L}\p{Nd}])\p{Nd}${INSIDE}{7,60}\p{Nd}(?![\p{L}\p{Nd}]))`,
  'gu',
);

/** Thousands in groups of three, as in 1 200 000 000, or a range of them. */
const GROUPED_AMOUNTS = /^\d{1,3}([\s.]\d{3})+(\s?-\s?\d{1,3}([\s.]\d{3})+)?$/;

/** There is no upper limit, because two adjacent numbers match as one. */
const isPhoneNumber = (text: string): boolean => {
  const digits = text.replace(/\P{Nd}/gu, '').length;
  const hasPrefix = /^(\+|00)/.test(text);
  return digits >= (hasPrefix ? 7 : 9) && !GROUPED_AMOUNTS.test(text.trim());
};

/** Masks e-mail addresses and telephone numbers. Dates and amounts stay unchanged. */
function maskContacts(text: string): string {
  return text
    .replace(EMAIL_ADDRESS, '[e-mail]')
    .replace(DATE_OR_PHONE_NUMBER, (match: string, phone: string | undefined) =>
      phone !== undefined && isPhoneNumber(phone) ? '[phone]' : match,
    );
}

/** Whether a text contains an e-mail address or a telephone number. */
export const hasContacts = (text: string): boolean => maskContacts(text) !== text;

/** Cuts a text to a number of UTF-16 code units, never within a surrogate pair. */
export function cutText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return text.slice(0, maxLength).replace(/[\ud800-\udbff]$/, '');
}

/** Prepares a text of an outsider for a model: masks contact details and removes invisible characters. */
export function cleanText(text: string, maxLength: number): string {
  const masked = maskContacts(text.replace(INVISIBLE_CHARACTERS, ''));
  return masked.length <= maxLength ? masked : `${cutText(masked, maxLength)} [cut]`;
}
