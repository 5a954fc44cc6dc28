import { INVISIBLE_CHARACTERS } from '../untrusted-text.js';

const pairs = (text: string): [string, string][] =>
  text.split(' ').map((pair) => [[...pair][0] ?? '', [...pair][1] ?? '']);

/** Letters that resemble Latin letters: Cyrillic, Greek, phonetic and small capitals. */
const LOOKALIKES: Readonly<Record<string, string>> = Object.fromEntries([
  ...pairs('аa вb еe зз іi кk мm нh оo рp сc тt уy хx јj ѕs ԁd ԛq ԝw һh ӏl ґr ьb пn'),
  ...pairs('αa βb εe ηn ιi κk μu νv οo ρp τt υu χx ωw γy σo'),
  ...pairs('ɑa ɡg ɩi ʟl ɴn ʀr ꜱs ᴀa ᴇe ᴏo ᴜu ɪi ɢg ᴛt ᴄc ᴘp ᴍm'),
]);

const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/** Normalizes spelling: compatibility characters, letter case, accents, white space. */
export function fold(text: string): string {
  return text
    .replace(INVISIBLE_CHARACTERS, '')
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\u200c\u200d\ufe00-\ufe0f]|\p{Mn}/gu, '')
    .replace(/[’‘`´]/g, "'")
    .replace(/[^\S\n]+/g, ' ')
    .trim();
}

const mapped = (text: string, letters: Readonly<Record<string, string>>): string =>
  text.replace(/./gsu, (character) => letters[character] ?? character);

/** Replaces digits and symbols in words with letters. Numbers stay unchanged. */
const unleet = (text: string): string => text.replace(/[\w@$!]*[a-z][\w@$!]*/g, (word) => mapped(word, LEET));

const rot13 = (text: string): string =>
  text.replace(/[a-z]/g, (letter) => String.fromCharCode(((letter.charCodeAt(0) - 84) % 26) + 97));

/** Remove tags, or only the characters of markup: instructions may be in comments, attributes or styles. */
const withoutTags = (text: string): string => text.replace(/<[^<>]{0,500}>/g, '');
const withoutMarkup = (text: string): string => text.replace(/[<>"=*_#[\](){}|~\\/]+/g, ' ');

function unescaped(text: string): string {
  return text
    .replace(/&#(?:x([\da-f]{1,6})|(\d{1,7}));?/gi, (_, hex: string | undefined, decimal: string) =>
      characterOf(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)),
    )
    .replace(/\\u\{?([\da-f]{2,6})\}?|\\x([\da-f]{2})/gi, (_, long: string | undefined, short: string) =>
      characterOf(Number.parseInt(long ?? short, 16)),
    )
    .replace(/(?:%[\da-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'));
}

const characterOf = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : '');

/** Decodes words in encodings that notes do not use. Order numbers, hashes and ids do not decode to words. */
export function encodedTexts(text: string): string[] {
  const inBase64 = text.match(/[\w+/-]{16,}={0,2}(?:\s+[\w+/-]{16,}={0,2})*/g) ?? [];
  const inHex = text.match(/(?<![\da-z])(?:[\da-f]{2}[\s:]?){9,}[\da-f]{2}(?![\da-z])/gi) ?? [];
  const inBinary = text.match(/(?:[01]{8}\s?){6,}/g) ?? [];
  const decoded = [
    ...inBase64.flatMap((word) => [word.replace(/\s+/g, ''), ...word.split(/\s+/)]).map(base64),
    ...inHex.map((digits) => Buffer.from(digits.replace(/[\s:]/g, ''), 'hex').toString('utf8')),
    ...inBinary.map((bits) =>
      Buffer.from((bits.match(/[01]{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2))).toString('utf8'),
    ),
  ];
  return decoded.filter(isReadable);
}

const base64 = (word: string): string => Buffer.from(word, 'base64').toString('utf8');

/** Random bytes are rarely valid UTF-8 that consists mostly of letters. */
function isReadable(text: string): boolean {
  if (text.length < 8 || text.includes('\ufffd')) return false;
  const letters = text.match(/[\p{L}\p{M} ]/gu)?.length ?? 0;
  return letters / [...text].length > 0.75 && /\p{L}{2}/u.test(text);
}

/**
 * Decodes text in invisible tag characters. A short sequence is ignored: the emoji of a flag contains at most
 * five letters.
 */
export function hiddenText(text: string): string {
  const tags = [...text].filter((character) => /[\u{e0020}-\u{e007e}]/u.test(character));
  const spelled = tags.map((tag) => String.fromCharCode((tag.codePointAt(0) ?? 0) - 0xe0000)).join('');
  return spelled.length > 12 ? spelled : '';
}

/**
 * Whether at least ten letters are separated, as in i g n o r e or i.g.n.o.r.e. Real notes are not written
 * this way.
 */
export const isSpelledOut = (text: string): boolean =>
  /(?<!\p{L})(?:\p{L}[\s._*|·•~-]{1,3}){9,}\p{L}(?!\p{L})/u.test(text.replace(INVISIBLE_CHARACTERS, ''));

/** Returns the possible readings of a text, each folded. */
export function viewsOf(text: string): string[] {
  const plain = unescaped(text);
  const shown = [text, plain, withoutTags(plain), withoutMarkup(plain)].map(fold);
  const [, unescapedView = '', tagless = ''] = shown;
  const others = [
    mapped(unescapedView, LOOKALIKES),
    unleet(unescapedView),
    unleet(mapped(tagless, LOOKALIKES)),
    rot13(unescapedView),
    [...unescapedView].reverse().join(''),
    // Words with formatting or line breaks in the middle, and joined lines.
    unescapedView.replace(/[*_~`]+/g, ''),
    unescapedView.replace(/(?<=\p{L})[-_.*+]\s*\n?(?=\p{L})/gu, ''),
    unescapedView.replace(/\s+/g, ' '),
    withoutMarkup(tagless).replace(/\s+/g, ' '),
  ];
  return [...new Set([...shown, ...others])];
}
