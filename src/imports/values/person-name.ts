import { foldedKey } from './text-folding.js';

export interface PersonName {
  readonly firstName: string | null;
  readonly lastName: string | null;
}

/** Forms of address and academic titles, without points. */
const TITLES: ReadonlySet<string> = new Set(
  (
    'mr mrs ms miss mx sir madam dr drs prof professor doctor herr frau hr fr monsieur madame mademoiselle mme mlle ' +
    'sr sra srta señor señora don doña dhr mevr mw sig sigra signor signora dott dottssa ing ir mag dipl-ing dipl dr-ing rev'
  ).split(' '),
);

/** Titles that are given names too. */
const GIVEN_NAMES: ReadonlySet<string> = new Set(['don', 'ing', 'mag', 'ir', 'rev', 'fr', 'miss', 'sig']);

/** "Mr. & Mrs. Smith". */
const BETWEEN_TITLES = /^(?:&|\+|and|und|et)$/i;

/** Names of East Asia have the family name first. Katakana alone writes foreign names. */
export const EAST_ASIAN = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u30fc]+$/u;
const KATAKANA = /^[\p{Script=Katakana}\u30fc]+$/u;

/** Remarks after a name: "Ann Miller (Acme)". */
const REMARK = /(?:\s*[(（][^()（）]*[)）])+$/;

/** Only with its point: "M. Martin", "Dr. med. Müller". */
const TITLE_WITH_POINT = /^(?:m|med|jur|phil|rer|nat|habil)\.$/i;

/** What follows a family name. */
const SUFFIX = /^(?:jr|sr|ii|iii|iv|phd|md|mba|msc|bsc|esq|cpa|cfa|pmp|dds|jd|llm)$/i;

/** In small letters, these are family names. */
const SUFFIX_IN_CAPITALS = /^(?:MA|BA)$/;

/** Words that belong to the family name that follows. */
const PARTICLES: ReadonlySet<string> = new Set(
  (
    'van von der den de del della dello di da dal das do dos du des la le las los el al bin ibn ben abu ter ten te ' +
    "zu zum zur vom af av st y e 't op in het d' l' o'"
  ).split(' '),
);

/** Particles that only continue another one: "van der Berg", but not "Maria e Silva". */
const CONTINUING: ReadonlySet<string> = new Set(["'t", 'op', 'in', 'het', 'y', 'e', 'te', 'ben']);

/**
 * Splits a name in one cell. "Miller, Ann" has the family name first. Otherwise the family name is the last word
 * with the particles in front of it. If only some words are in capitals, those are the family name. A single
 * word is a family name. Titles in front and remarks in parentheses are dropped; suffixes such as Jr. remain at the family name.
 * Names in Chinese, Japanese or Korean letters have the family name first.
 */
export function splitName(text: string): PersonName {
  const clean = text
    .replace(/\s+/g, ' ')
    .replace(/^["'„“]+|["'”“]+$/g, '')
    .trim()
    .replace(REMARK, '');
  const [beforeComma = '', afterComma, ...rest] = clean.split(/\s*,\s*/);
  const hasSuffix = afterComma !== undefined && isSuffixText(afterComma);
  const hasTitle = afterComma !== undefined && isTitleText(afterComma);
  if (afterComma !== undefined && afterComma !== '' && !hasSuffix && !hasTitle) {
    const given = withoutTitles(words(afterComma)).join(' ');
    const suffixes = rest.filter((word) => word !== '' && !TITLES.has(bare(word))).join(' ');
    return nameOf(given, [...withoutTitles(words(beforeComma)), suffixes].join(' '));
  }
  const suffixAfterComma = hasSuffix ? [afterComma, ...rest].join(' ') : '';
  const all = withoutTitles(words(beforeComma));
  const end = suffixStart(all);
  const [given, family] = splitWords(all.slice(0, end));
  return nameOf(given.join(' '), [...family, ...all.slice(end), suffixAfterComma].join(' '));
}

/**
 * Whether the text beside one part of a name is a whole name, not the other part: it contains the part, or it has a given and a
 * family name of its own beside a part of one word.
 */
export function isWholeName(text: string, part: string): boolean {
  const all = keysOf(text);
  if (keysOf(part).every((key) => all.includes(key))) return true;
  if (EAST_ASIAN.test(text)) return text.length > part.length && text.includes(part);
  const { firstName, lastName } = splitName(text);
  const [first = ''] = words(text);
  return words(part).length === 1 && firstName !== null && lastName !== null && !isParticle(first);
}

/** The words of a name, for comparison. */
const keysOf = (name: string): string[] =>
  name
    .split(/[\s,-]+/)
    .map(foldedKey)
    .filter((word) => word !== '');

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');

const bare = (word: string): string => word.toLowerCase().replaceAll('.', '');

const isSuffix = (word: string): boolean =>
  SUFFIX.test(bare(word)) || SUFFIX_IN_CAPITALS.test(word.replaceAll('.', ''));

const isSuffixText = (text: string): boolean => words(text).every(isSuffix);

const isTitleText = (text: string): boolean =>
  words(text).every((word) => TITLES.has(bare(word)) || TITLE_WITH_POINT.test(word));

function nameOf(given: string, family: string): PersonName {
  return { firstName: given.trim() || null, lastName: family.trim() || null };
}

function withoutTitles(all: readonly string[]): readonly string[] {
  const start = all.findIndex(
    (word, index) =>
      !TITLES.has(bare(word)) &&
      !TITLE_WITH_POINT.test(word) &&
      !(index > 0 && BETWEEN_TITLES.test(word) && TITLES.has(bare(all[index + 1] ?? ''))),
  );
  const rest = start === -1 ? all : all.slice(start);
  // "Don Draper" is a whole name.
  return rest.length === 1 && all.length === 2 && GIVEN_NAMES.has((all[0] ?? '').toLowerCase()) ? all : rest;
}

/** The index of the first suffix at the end; a name has at least two other words. */
function suffixStart(all: readonly string[]): number {
  let end = all.length;
  while (end > 2 && isSuffix(all[end - 1] ?? '')) end -= 1;
  return end;
}

function splitWords(all: readonly string[]): [readonly string[], readonly string[]] {
  if (all.length < 2) return [[], all];
  if (all.every((word) => EAST_ASIAN.test(word)) && !all.every((word) => KATAKANA.test(word)))
    return [all.slice(1), all.slice(0, 1)];
  const capitals = capitalWords(all);
  if (capitals !== null) return capitals;
  const particle = all.findIndex(
    (word, index) =>
      index > 0 && index < all.length - 1 && isParticle(word) && !CONTINUING.has(word.toLowerCase()),
  );
  const start = particle === -1 ? all.length - 1 : particle;
  return [all.slice(0, start), all.slice(start)];
}

/** Particles are written in small letters, apart from "Van" and "De" in some countries. */
const isParticle = (word: string): boolean => PARTICLES.has(word.toLowerCase());

/** "Jean MARTIN DUPONT" and "MARTIN DUPONT Jean"; null unless exactly one end of the name is in capitals. */
function capitalWords(all: readonly string[]): [readonly string[], readonly string[]] | null {
  const flags = all.map((word) => /^[\p{Lu}'’-]{2,}$/u.test(word));
  const first = flags.indexOf(true);
  const last = flags.lastIndexOf(true);
  const isRun = first !== -1 && flags.slice(first, last + 1).every((isCapital) => isCapital);
  if (!isRun || (first === 0 && last === all.length - 1)) return null;
  if (last === all.length - 1) return [all.slice(0, first), all.slice(first)];
  return first === 0 ? [all.slice(last + 1), all.slice(0, last + 1)] : null;
}
