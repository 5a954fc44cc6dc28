import { plain } from './calendar-words.js';

/** The code points of the digit zero in various scripts. */
const ZEROS = [
  0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0x1040,
];

const MULTIPLIERS: readonly [RegExp, number][] = [
  [/^(?:k|tsd|tausend|thousand|mille|mila|duizend|tys|тыс\S*|тис\S*|bin|千)$/u, 1e3],
  [
    /^(?:m|mn|mio|mln|million\S*|millon\S*|milion\S*|milhoes|milhao|miljoen|миллион\S*|мільйон\S*|млн|milyon)$/u,
    1e6,
  ],
  [/^(?:bn|mrd|billion\S*|milliard\S*|miliard\S*|млрд)$/u, 1e9],
  [/^(?:lakh|lakhs)$/u, 1e5],
  [/^(?:crore|crores)$/u, 1e7],
  [/^[万萬만]$/u, 1e4],
  [/^[億亿억]$/u, 1e8],
];

/** Number words without another meaning. "One" and ordinals are not checked. */
const WORDS: Readonly<Record<'en' | 'de', ReadonlyMap<string, number>>> = {
  en: new Map(
    'two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9 ten:10 eleven:11 twelve:12 thirteen:13 fourteen:14 fifteen:15 sixteen:16 seventeen:17 eighteen:18 nineteen:19 twenty:20 thirty:30 forty:40 fifty:50 sixty:60 seventy:70 eighty:80 ninety:90 hundred:100 thousand:1000 dozen:12'
      .split(' ')
      .map((pair) => entryOf(pair)),
  ),
  de: new Map(
    'zwei:2 drei:3 vier:4 funf:5 sechs:6 sieben:7 acht:8 neun:9 zehn:10 elf:11 zwolf:12 zwanzig:20 dreißig:30 vierzig:40 funfzig:50 sechzig:60 siebzig:70 achtzig:80 neunzig:90 hundert:100 tausend:1000'
      .split(' ')
      .map((pair) => entryOf(pair)),
  ),
};

function entryOf(pair: string): [string, number] {
  const [word = '', value] = pair.split(':');
  return [word, Number(value)];
}

export interface FoundNumber {
  /** The possible values: a point separates thousands in some languages, and decimals in others. */
  readonly values: readonly number[];
  /** The text after the number, folded. */
  readonly following: string;
  readonly isWord: boolean;
}

const asciiDigits = (text: string): string =>
  text.replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    const zero = ZEROS.find((start) => code >= start && code < start + 10);
    return zero === undefined ? digit : String(code - zero);
  });

/** Folds text for the search for numbers. Replaces v2 by "version 2", because both forms are common. */
const searchable = (text: string): string =>
  asciiDigits(plain(text)).replace(/(?<!\p{L})v(?=\d)/gu, 'version ');

/**
 * Returns the numbers in a text. Digits within a word, as in S/4HANA, are part of a name; see `findCodes`.
 */
export function findNumbers(text: string, language: 'en' | 'de' | 'other' | 'any'): FoundNumber[] {
  const ascii = searchable(text);
  const found: FoundNumber[] = [];
  const pattern =
    /(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\d]|\p{L}[/-])\d+(?:[.,'’\u00a0\u202f ](?=\d{3}(?!\d))\d{3})*(?:[.,]\d+)?/gu;
  for (const match of ascii.matchAll(pattern)) {
    const following = ascii.slice(match.index + match[0].length);
    const unit = /^\s?([\p{L}]+|[万萬千億亿만억])/u.exec(following)?.[1] ?? '';
    const factor = multiplierOf(unit);
    found.push({ values: readingsOf(match[0]).map((value) => value * factor), following, isWord: false });
  }
  const words = language === 'any' ? [WORDS.en, WORDS.de] : language === 'other' ? [] : [WORDS[language]];
  for (const match of ascii.matchAll(/\p{L}+/gu)) {
    const value = words.map((table) => table.get(match[0])).find((known) => known !== undefined);
    // "50 thousand" is one number.
    if (value === undefined || /\d\s?$/.test(ascii.slice(0, match.index))) continue;
    found.push({ values: [value], following: ascii.slice(match.index + match[0].length), isWord: true });
  }
  return found;
}

function multiplierOf(unit: string): number {
  const whole = MULTIPLIERS.find(([pattern]) => pattern.test(unit));
  // In scripts without spaces, other words may follow the multiplier directly.
  return (whole ?? MULTIPLIERS.slice(-2).find(([pattern]) => pattern.test(unit.slice(0, 1))))?.[1] ?? 1;
}

function readingsOf(digits: string): number[] {
  const compact = digits.replace(/['’\u00a0\u202f ]/g, '');
  const marks = compact.match(/[.,]/g) ?? [];
  const last = Math.max(compact.lastIndexOf('.'), compact.lastIndexOf(','));
  const whole = Number(compact.replace(/[.,]/g, ''));
  if (last === -1) return [whole];
  const decimal = Number(`${compact.slice(0, last).replace(/[.,]/g, '')}.${compact.slice(last + 1)}`);
  const isGroup = compact.length - last - 1 === 3;
  if (!isGroup) return [decimal];
  return marks.length > 1 ? [whole] : [whole, decimal];
}

/** A word of a script with spaces. */
const SPACED_WORD =
  /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\d]+(?:[/-][\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\d]+)*/gu;

/** Returns folded words with digits: product names, standards, quarters. */
export function findCodes(text: string): string[] {
  const words = searchable(text).match(SPACED_WORD) ?? [];
  return words.filter((word) => /^\p{L}.*\d/u.test(word));
}
