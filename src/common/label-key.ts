/**
 * Capital letters of the Latin, Greek, Cyrillic and Armenian scripts whose small letter is a single
 * character.
 */
const CAPITAL_LETTERS = /[A-Z\u00c0-\u012f\u0131-\u0556\u1e00-\u1eff]/g;

/**
 * The form in which statuses and sources are compared: lower case, with spaces and hyphens replaced by
 * underscores. "Closed Lost", "closed-lost" and `closed_lost` are the same status.
 *
 * The SQL function `label_key` (migration 0017) returns the same for every text whose characters Node.js and
 * PostgreSQL both know, with any locale of the database. A score must not depend on which of the two compared
 * the status.
 */
export function labelKey(label: string): string {
  const composed = label.normalize('NFC');
  const small = composed.replace(CAPITAL_LETTERS, (letter) => letter.toLowerCase());
  // Some small letters compose with a mark with which their capital letters do not compose.
  return small.replace(/[ -]/g, '_').normalize('NFC');
}
