const SHORT_ID = /^[a-zA-Z0-9]{15}$/;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/**
 * Converts an id of 15 characters, as in reports, to the one of 18 characters, as in data exports. The last
 * three characters encode which letters are capitals. Other texts are returned unchanged.
 */
export function longSalesforceId(id: string): string {
  if (!SHORT_ID.test(id)) return id;
  const suffix = [0, 5, 10].map((start) => {
    const capitals = [...id.slice(start, start + 5)].map((letter, index) =>
      letter >= 'A' && letter <= 'Z' ? 2 ** index : 0,
    );
    return ALPHABET[capitals.reduce((sum, bit) => sum + bit, 0)];
  });
  return id + suffix.join('');
}
