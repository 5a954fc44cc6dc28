import type { DocumentNode } from 'graphql';

/** A token and its share of the nodes, as measured with Node.js 22: 250 to 490 bytes. */
const TOKEN_BYTES = 500;
/** One character that is not Latin makes a string twice as long. */
const CHARACTER_BYTES = 2;

/** The tokens of a parsed document, comments included. */
export function tokenCountOf({ loc }: DocumentNode): number {
  let count = 0;
  for (let token = loc?.startToken ?? null; token !== null; token = token.next) count += 1;
  return count;
}

/** @returns how many bytes of memory a parsed document takes at most: its text, which white space makes long, and its tokens */
export const memoryOfDocument = (document: DocumentNode): number =>
  (document.loc?.source.body.length ?? 0) * CHARACTER_BYTES + tokenCountOf(document) * TOKEN_BYTES;
