/** A long number that a spreadsheet has rounded. */
export const ROUNDED_NUMBER = /^\+?\d(?:[.,]\d+)?\s?E\+\d+$/i;
