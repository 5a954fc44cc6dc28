/** Starts with the prefix of the kind of record, such as 00Q for leads, 003 for contacts, 500 or a0B. */
const PREFIX = '(?:00|[57]0|a\\d)';

/** An id of 15 or 18 characters. */
export const SALESFORCE_ID = new RegExp(`^${PREFIX}(?=\\w*[a-z])[a-z\\d]{13}(?:[a-z\\d]{3})?$`, 'i');

const SHORT_LENGTH = 15;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/**
 * Converts an id of 15 characters, as in reports, to the one of 18 characters, as in data exports. The last
 * three characters encode which letters are capitals. Other texts are returned unchanged.
 */
export function longSalesforceId(id: string): string {
  if (id.length !== SHORT_LENGTH || !SALESFORCE_ID.test(id)) return id;
  const suffix = [0, 5, 10].map((start) => {
    const capitals = [...id.slice(start, start + 5)].map((letter, index) =>
      letter >= 'A' && letter <= 'Z' ? 2 ** index : 0,
    );
    return ALPHABET[capitals.reduce((sum, bit) => sum + bit, 0)];
  });
  return id + suffix.join('');
}
