/**
 * Characters that show nothing, or that change how what follows is shown: a text can hide instructions behind
 * them. Control characters but for tab and line breaks, zero-width characters, marks and overrides of direction,
 * and the tag characters.
 */
export const INVISIBLE_CHARACTERS =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/gu;

/** No part may hold what ends it, and each is bounded: outsiders must not be able to make this slow. */
const EMAIL_ADDRESS = /[^\s<>()"',;:@]{1,64}@(?:[^\s<>()"',;:@.]{1,63}\.){1,8}[^\s<>()"',;:@.]{2,63}/gu;

const DATE = String.raw`(?<![\p{Nd}./-])(?:(?:19|20)\d{2}-[01]\d-[0-3]\d|[0-3]?\d[./][0-3]?\d[./](?:19|20)\d{2})(?!\p{Nd}|[./-]\p{Nd})`;
/** Of a telephone number; a date ends it, which would hide it otherwise. */
const INSIDE = String.raw`(?:(?!\s${DATE})[\p{Nd}\s()./-])`;

/**
 * A date, which is left alone; or else a number with a country's prefix, or at least nine digits with the
 * separators of telephone numbers. Digits of any script. Bounded, so that a long row of digits is not slow.
 */
const DATE_OR_PHONE_NUMBER = new RegExp(
  String.raw`${DATE}|(?<phone>(?:\+|(?<!\p{Nd})00)\p{Nd}${INSIDE}{5,60}\p{Nd}|\(?(?<![\p{L}\p{Nd}])\p{Nd}${INSIDE}{7,60}\p{Nd}(?![\p{L}\p{Nd}]))`,
  'gu',
);

/** Thousands in groups of three, as in 1 200 000 000; or a range of them. */
const GROUPED_AMOUNTS = /^\d{1,3}([\s.]\d{3})+(\s?-\s?\d{1,3}([\s.]\d{3})+)?$/;

/** Two numbers side by side are found as one, so that there is no upper limit. */
const isPhoneNumber = (text: string): boolean => {
  const digits = text.replace(/\P{Nd}/gu, '').length;
  const hasPrefix = /^(\+|00)/.test(text);
  return digits >= (hasPrefix ? 7 : 9) && !GROUPED_AMOUNTS.test(text.trim());
};

/** Masks e-mail addresses and telephone numbers; dates and amounts stay. */
function maskContacts(text: string): string {
  return text
    .replace(EMAIL_ADDRESS, '[e-mail]')
    .replace(DATE_OR_PHONE_NUMBER, (match: string, phone: string | undefined) =>
      phone !== undefined && isPhoneNumber(phone) ? '[phone]' : match,
    );
}

/** Whether a text holds an e-mail address or a telephone number. */
export const hasContacts = (text: string): boolean => maskContacts(text) !== text;

/** Cuts a text to a number of UTF-16 code units, never within a surrogate pair. */
export function cutText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return text.slice(0, maxLength).replace(/[\ud800-\udbff]$/, '');
}

/** Makes a text of an outsider fit to be shown to a model: as data, with nothing hidden in it. */
export function cleanText(text: string, maxLength: number): string {
  const masked = maskContacts(text.replace(INVISIBLE_CHARACTERS, ''));
  return masked.length <= maxLength ? masked : `${cutText(masked, maxLength)} [cut]`;
}
