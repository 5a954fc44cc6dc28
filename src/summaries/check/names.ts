import { CAPITALISED_DAYS, plain } from './calendar-words.js';
import {
  CAPITALISED_WORDS,
  GERMAN_BEGINNINGS,
  type Language,
  ORDINARY_SUBJECTS,
  PERSON_VERBS,
  TITLES,
} from './name-words.js';

interface Word {
  readonly text: string;
  readonly isCapitalised: boolean;
  readonly isFirst: boolean;
  readonly isAfterTitle: boolean;
  /** Whether only a space separates the word from the previous one. */
  readonly isJoined: boolean;
}

const WORD = /\p{L}[\p{L}\p{M}\p{N}&'’-]*/gu;

function wordsOf(text: string): Word[] {
  let end = 0;
  let before = '';
  return [...text.matchAll(WORD)].map((match) => {
    const [word] = match;
    const gap = text.slice(end, match.index);
    const isAfterTitle = TITLES.has(plain(before)) && /^\.?\s$/.test(gap);
    const isFirst = !isAfterTitle && (end === 0 || /[.!?:;–—•…"“”„«»(\n/]|(?:^|\s)-\s/.test(gap));
    end = match.index + word.length;
    before = word;
    return { text: word, isCapitalised: /^\p{Lu}/u.test(word), isFirst, isAfterTitle, isJoined: gap === ' ' };
  });
}

/** Suffixes that inflect a name. */
const ENDING = /['’]?s?$|['’]\p{L}{1,4}$/u;

/** Finds names in the sources, regardless of suffixes. */
export class KnownWords {
  private readonly words: ReadonlySet<string>;
  private readonly long: readonly string[];

  constructor(sources: readonly string[]) {
    const all = sources.flatMap(
      (source) => plain(source).match(/[\p{L}\p{N}]+(?:[&'’-][\p{L}\p{N}]+)*/gu) ?? [],
    );
    this.words = new Set(all.flatMap((word) => [word, ...word.split(/[&'’-]/)]));
    this.long = [...this.words].filter((word) => word.length >= 4);
  }

  has(name: string, language: Language): boolean {
    const word = plain(name);
    return (
      [word, word.replace(ENDING, '')].some((form) => this.words.has(form)) ||
      this.hasInflected(word, language)
    );
  }

  private hasInflected(word: string, language: Language): boolean {
    if (word.length < 4) return false;
    const isCyrillic = /\p{Script=Cyrillic}/u.test(word);
    return this.long.some((known) => {
      const shared = sharedPrefix(word, known);
      // Languages that inflect names change the last letter, and append letters.
      const changed = known.length - shared;
      if (language === 'other' && shared >= 3 && changed <= (isCyrillic ? 3 : 1) && word.length - shared <= 4)
        return true;
      return shared >= 4 && shared / Math.max(word.length, known.length) >= 0.7;
    });
  }
}

function sharedPrefix(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

const isOrdinary = ({ text }: Word): boolean => {
  const word = plain(text);
  const bare = word.replace(/['’]s$/, '');
  return CAPITALISED_WORDS.has(word) || CAPITALISED_WORDS.has(bare) || CAPITALISED_DAYS.has(bare);
};

/** Title-case headlines contain no lower-case words that match this pattern. */
const LOWER_CASE_WORD =
  /^(?!(?:about|after|before|between|under|until|without|within|against|during)$)\p{Ll}{5}/u;

/**
 * Whether a text contains a name that no source contains.
 * @param mayBeTitle whether the text may be in title case, in which only first and last names are detectable
 */
export function hasUnknownName(
  text: string,
  known: KnownWords,
  language: Language,
  mayBeTitle: boolean,
): boolean {
  const words = wordsOf(text);
  const isTitle = mayBeTitle && !words.some((word) => LOWER_CASE_WORD.test(word.text));
  const isUnknown = (word: Word | undefined): boolean =>
    word?.isCapitalised === true &&
    !isOrdinary(word) &&
    !(isTitle && FORMED.test(word.text)) &&
    !known.has(word.text, language);
  const capitals = words.filter(({ isCapitalised }) => isCapitalised).length;
  // In title case, capital letters do not mark names.
  const isTitleCase = words.length >= 6 && capitals / words.length > 0.8;
  return words.some((word, index) => {
    if (!isUnknown(word)) return false;
    const next = words[index + 1];
    if (word.isAfterTitle) return true;
    if (isTitleCase) return false;
    if (next?.isJoined === true && isUnknown(next) && next.text.length > 2)
      return !isBeginning(word, language) && (language !== 'de' || !isNoun(word));
    if (language === 'de' || isTitle) return false;
    if (!word.isFirst) return true;
    return language === 'en' && isSomebody(word, next);
  });
}

const isBeginning = ({ text, isFirst }: Word, language: Language): boolean =>
  isFirst && (language === 'de' ? GERMAN_BEGINNINGS : ORDINARY_SUBJECTS).has(plain(text));

/** Suffixes of German nouns that often precede another noun. */
const isNoun = ({ text }: Word): boolean =>
  /(?:ung|heit|keit|schaft|tion|ment|nis|tag|monat|woche)(?:en)?$/i.test(text);

/** Suffixes of words that are not names. */
const FORMED = /(?:ing|ed|tion|ment|ity|ness|ance|ence|able|ive|ship|ly|est)s?$/i;

const isSomebody = (word: Word, next: Word | undefined): boolean =>
  next?.isJoined === true &&
  PERSON_VERBS.has(plain(next.text)) &&
  !ORDINARY_SUBJECTS.has(plain(word.text)) &&
  !/(?:ing|tion|ment|ity|ness|ance|ence|ship)s?$/i.test(word.text);

/** Names before a form of address, in scripts without capital letters. */
const MARKED_NAMES =
  /([\p{Script=Han}\p{Script=Katakana}]{1,6}?)(?:さん|様|氏|先生|女士|小姐)|([\p{Script=Hangul}]{2,4})(?:\s?씨|님)/gu;

/** Whether a text in such a script contains a person that no source contains. */
export function hasUnknownMarkedName(text: string, sources: readonly string[]): boolean {
  const all = sources.join('\n');
  return [...text.matchAll(MARKED_NAMES)].some(([, name, other]) => {
    const marked = name ?? other ?? '';
    // The match may include more characters than the name.
    return !all.includes(marked.slice(-2)) && !all.includes(marked.slice(-1));
  });
}
