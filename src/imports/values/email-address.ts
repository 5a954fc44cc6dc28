/** The addresses of a cell. */
export interface WrittenAddress {
  /** The first address, cleaned but not validated; empty if there is none. */
  readonly email: string;
  /** The name in front of the first address: Ann Miller <ann@example.com>. */
  readonly name: string | null;
  /** Further addresses, which are not used. */
  readonly others: readonly string[];
  /** Other parts of the cell that are no addresses. */
  readonly texts: readonly string[];
}

/** The violation of a cell with an address and other texts, for example because a line has too many separators. */
export const TEXT_BESIDE_ADDRESS = 'email must contain addresses only';

/** A longer cell is no list of addresses. The time to split a cell grows with the square of its length. */
const MAX_LENGTH = 2000;

/** Separates addresses; a comma only after an address, since names contain commas: "Miller, Ann" <…>. */
const SEPARATOR =
  /\s*[;|\n\r]\s*|\s*:::\s*|(?<=@[^\s,<>"]*[>)"']?)\s*,\s*|(?<=[^\s@]@[^\s@]+)\s+(?=[^\s@<>()]+@)/;

const IN_BRACKETS =
  /^(.*?)\s*(?:<\s*([^<>]*)\s*>|\(\s*([^()]*@[^()]*)\s*\)|\[\s*([^[\]]*@[^[\]]*)\s*\])\s*$/s;

/** Cleans "Name <a@b.example>", mailto: links, quotes and separators at the end. */
export function readAddresses(cell: string): WrittenAddress {
  if (cell.length > MAX_LENGTH) return { email: cell, name: null, others: [], texts: [] };
  const [first, ...others] = cell
    .split(SEPARATOR)
    .map(readAddress)
    .filter(({ email }) => email !== '');
  if (first === undefined) return { email: '', name: null, others: [], texts: [] };
  const known = new Set([first.email.toLowerCase()]);
  const parts = others.map(({ email }) => email).filter((part) => !known.has(part.toLowerCase()));
  return {
    ...first,
    others: parts.filter((part) => part.includes('@')),
    texts: parts.filter((part) => !part.includes('@')),
  };
}

function readAddress(text: string): { email: string; name: string | null } {
  const match = IN_BRACKETS.exec(text.trim());
  const written = match === null ? text : (match[2] ?? match[3] ?? match[4] ?? '');
  const email = unquoted(
    written
      .trim()
      .replace(/^mailto:/i, '')
      .replace(/\?.*$/s, ''),
  );
  const name = match === null ? '' : unquoted((match[1] ?? '').trim());
  return { email, name: name === '' || name.includes('@') ? null : name };
}

/** Removes quotes, angle brackets and separators around a text. */
const unquoted = (text: string): string =>
  text.replace(/^[\s"'`<„“”‘’,;]+/, '').replace(/[\s"'`>“”‘’,;.]+$/, '');
