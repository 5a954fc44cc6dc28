import type { DocumentNode } from 'graphql';

/** One non-Latin character doubles the size of a string. */
const CHARACTER_BYTES = 2;
/**
 * A token and its share of the AST nodes. Measured on three documents with Node.js 20.20.2: 250 to 490 bytes.
 */
const TOKEN_BYTES = 500;
/** An object, a list, or one of their entries. */
const VALUE_BYTES = 64;

/** The tokens of a parsed document, comments included. */
export function tokenCountOf({ loc }: DocumentNode): number {
  let count = 0;
  for (let token = loc?.startToken ?? null; token !== null; token = token.next) count += 1;
  return count;
}

/**
 * @returns an upper estimate, in bytes, of the memory of a parsed document: its text, including white space,
 *   and its tokens
 */
export const memoryOfDocument = (document: DocumentNode): number =>
  (document.loc?.source.body.length ?? 0) * CHARACTER_BYTES + tokenCountOf(document) * TOKEN_BYTES;

/** @returns an upper estimate, in bytes, of the memory of a JSON value, which may be nested to any depth */
export function memoryOfValue(value: unknown): number {
  const rest = [value];
  let bytes = 0;
  while (rest.length > 0) {
    const next = rest.pop();
    bytes += VALUE_BYTES;
    if (typeof next === 'string') bytes += next.length * CHARACTER_BYTES;
    if (typeof next !== 'object' || next === null) continue;
    for (const [key, item] of Object.entries(next)) {
      if (!Array.isArray(next)) bytes += key.length * CHARACTER_BYTES;
      rest.push(item);
    }
  }
  return bytes;
}
