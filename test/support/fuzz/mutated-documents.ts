import type { Choices } from './choices.js';
import { hostileText, PROTOTYPE_NAMES } from './hostile-texts.js';

const TOKEN = /"""[\s\S]*?"""|"(?:[^"\\]|\\.)*"|[\w]+|\.{3}|\s+|./gu;

const ODD_TOKENS = [
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '...',
  '@',
  '$',
  '!',
  ':',
  '=',
  '|',
  '&',
  '"',
  '"""',
  '#',
  'on',
  'fragment X on Lead { id }',
  'query',
  'subscription',
  'type A { a: Int }',
  'null',
  '-0',
  '1e400',
  '0x1',
  '01',
  '1.',
  '1e',
  '9999999999999999999999',
  '\u0000',
  '\ufeff',
  '\u202e',
  '\ud800',
  '"\\u{110000}"',
  '"\\uD800"',
  '"\\x41"',
  '__typename',
  '__schema { types { name } }',
  '__type(name: "Lead") { name }',
  '@include(if: "a")',
  '@deprecated',
  '@skip',
  '...F0',
  '$v0',
  ...PROTOTYPE_NAMES,
];

/**
 * Returns a valid document with a few tokens removed, duplicated, swapped or inserted, or with its end
 * removed.
 */
export function mutated(query: string, choices: Choices): string {
  let tokens: string[] = query.match(TOKEN) ?? [];
  for (let count = 1 + choices.below(4); count > 0; count -= 1) {
    const at = choices.below(Math.max(1, tokens.length));
    const other = choices.below(Math.max(1, tokens.length));
    switch (choices.below(7)) {
      case 0:
        tokens = tokens.toSpliced(at, 1);
        break;
      case 1:
        tokens = tokens.toSpliced(at, 0, tokens[at] ?? '', ' ');
        break;
      case 2:
        tokens = tokens.with(at, tokens[other] ?? '').with(other, tokens[at] ?? '');
        break;
      case 3:
        tokens = tokens.slice(0, at + 1);
        break;
      case 4:
        tokens = tokens.with(at, JSON.stringify(hostileText(choices)));
        break;
      case 5:
        tokens = tokens.with(at, hostileText(choices));
        break;
      default:
        tokens = tokens.toSpliced(at, 0, choices.of(ODD_TOKENS), ' ');
    }
    if (tokens.length === 0) return '';
  }
  return tokens.join('');
}

/** Returns a document of an unusual shape: very deep, very wide, or with many repetitions. */
export function oddlyShaped(choices: Choices): string {
  // On both sides of the token limit, for every repeated part.
  const size = choices.of([1, 3, 17, 200, 400, 750, 1900, 9000]);
  const repeat = (part: (index: number) => string, count = size) =>
    Array.from({ length: count }, (_, i) => part(i)).join(' ');
  const leads = (inner: string) => `{ leadsConnection { nodes { ${inner} } } }`;
  return choices.of([
    () => `${'{ a '.repeat(size)}${'}'.repeat(size)}`,
    () => '{'.repeat(size),
    () => `{ lead(id: ${'['.repeat(size)}1${']'.repeat(size)}) { id } }`,
    () => `{ lead(id: ${'{a:'.repeat(size)}1${'}'.repeat(size)}) { id } }`,
    () => `query ($v: ${'['.repeat(size)}Int${']'.repeat(size)}) { lead(id: $v) { id } }`,
    () => leads(`${'... on Lead { '.repeat(size)} id ${'}'.repeat(size)}`),
    () => leads(repeat((i) => `a${i}: id`)),
    () => leads(repeat(() => 'id')),
    () => `{ ${repeat((i) => `a${i}: lead(id: ${i}) { id }`)} }`,
    () => leads(`id ${repeat(() => '@include(if: true)')}`),
    () => `query (${repeat((i) => `$v${i}: Int`)}) { lead(id: $v0) { id } }`,
    () => `{ ...F0 } ${repeat((i) => `fragment F${i} on Query { ...F${i + 1} }`)}`,
    () => `{ ...F0 } ${repeat((i) => `fragment F${i} on Query { ...F${(i + 1) % size} __typename }`)}`,
    () =>
      `{ ...F0 } ${repeat((i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`, size)} fragment F${size} on Query { __typename }`,
    () => repeat((i) => `query Q${i} { lead(id: 1) { id } }`),
    () => `{ leadsConnection(filter: { status: [${repeat((i) => `"s${i}"`)}] }) { totalCount } }`,
    () => `{ leadsConnection(filter: { search: "${'ab '.repeat(size)}" }) { totalCount } }`,
    () => leads(`id ${'#'.repeat(size)}\n`),
    () => `{ ${' ,\t'.repeat(size)} __typename }`,
    () => `{ __type(name: "Lead") { ${'fields { type { '.repeat(size)} name ${'} }'.repeat(size)} } }`,
    () => `{ __schema { ${repeat((i) => `a${i}: queryType { name }`)} } }`,
    () =>
      `{ leadsConnection { ${'nodes { interactionsConnection { '.repeat(Math.min(size, 3))} totalCount ${'} }'.repeat(Math.min(size, 3))} } }`,
    () => `"""${'a'.repeat(size)}"""`,
    () => `{ lead(id: ${'9'.repeat(size)}) { id } }`,
  ])();
}
