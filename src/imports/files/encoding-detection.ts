import { isAscii, isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { readBytes, readChunks } from './file-chunks.js';
import type { Encoding } from './file-format.js';

/** A byte order mark at the start of a file. */
export interface Bom {
  readonly encoding: Encoding;
  readonly length: number;
}

const BOMS: readonly (readonly [bytes: Buffer, encoding: Encoding])[] = [
  [Buffer.from([0xef, 0xbb, 0xbf]), 'utf-8'],
  [Buffer.from([0xff, 0xfe]), 'utf-16le'],
  [Buffer.from([0xfe, 0xff]), 'utf-16be'],
];

/** A line that is longer is judged in pieces. */
const MAX_LINE_BYTES = 1_048_576;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** The most bytes of a UTF-8 character, except the last one. */
const MAX_CUT_BYTES = 3;

export function bomOf(head: Buffer): Bom | null {
  const known = BOMS.find(([bytes]) => head.subarray(0, bytes.length).equals(bytes));
  return known === undefined ? null : { encoding: known[1], length: known[0].length };
}

/**
 * Recognises UTF-16 without a byte order mark by its ASCII characters, which have a zero byte: the second (little endian)
 * or the first (big endian) of each pair. Delimiters and line breaks are always ASCII. A file in another encoding may
 * contain zero bytes by mistake, but not in its line breaks.
 */
export function utf16Of(head: Buffer): 'utf-16le' | 'utf-16be' | null {
  const little = { characters: 0, lineBreaks: 0 };
  const big = { characters: 0, lineBreaks: 0 };
  let lineBreaks = 0;
  for (let at = 0; at + 1 < head.length; at += 2) {
    const first = head[at] ?? 0;
    const second = head[at + 1] ?? 0;
    if (second === 0 && isAsciiByte(first)) count(little, first);
    else if (first === 0 && isAsciiByte(second)) count(big, second);
    else if (isLineBreak(first) || isLineBreak(second)) lineBreaks += 1;
  }
  const minimum = Math.max(2, head.length / 100);
  const isLikely = (one: typeof little, other: typeof little) =>
    one.characters >= minimum && one.characters >= other.characters * 4 && one.lineBreaks >= lineBreaks;
  if (isLikely(little, big)) return 'utf-16le';
  return isLikely(big, little) ? 'utf-16be' : null;
}

function count(order: { characters: number; lineBreaks: number }, byte: number): void {
  order.characters += 1;
  if (isLineBreak(byte)) order.lineBreaks += 1;
}

const isAsciiByte = (byte: number): boolean => byte > 0 && byte < 0x80;

const isLineBreak = (byte: number): boolean => byte === LINE_FEED || byte === CARRIAGE_RETURN;

/** Whether a whole file is valid UTF-8. */
export async function isUtf8File(file: FileHandle): Promise<boolean> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of readChunks(file, 0)) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = bytes.length - cutBytes(bytes);
    if (!isUtf8(bytes.subarray(0, end))) return false;
    rest = bytes.subarray(end);
  }
  return isUtf8(rest);
}

/** The number of bytes of a character at the end that may be incomplete. */
function cutBytes(bytes: Buffer): number {
  for (let count = 1; count <= MAX_CUT_BYTES && count <= bytes.length; count += 1) {
    const byte = bytes[bytes.length - count] ?? 0;
    if (byte >= 0xc0) return count;
    if (byte < 0x80) return 0;
  }
  return 0;
}

/**
 * Whether a file ends within a letter of UTF-8: after the first bytes of a longer letter, or after a byte that is no last letter of
 * a word in Windows-1252.
 */
export async function endsWithinLetter(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  const end = await readBytes(file, Math.max(0, size - MAX_CUT_BYTES), MAX_CUT_BYTES);
  const cut = cutBytes(end);
  const lead = end[end.length - cut] ?? 0;
  return cut > 1 ? !isUtf8(end.subarray(end.length - cut)) : cut === 1 && (lead === 0xc2 || lead === 0xc3);
}

/** How the lines of a file that is not valid UTF-8 as a whole are encoded. Lines of ASCII are not counted. */
export interface LineEncodings {
  utf8Count: number;
  otherCount: number;
  /** Bytes inside words that are letters of Western languages in Windows-1252. */
  westernLetters: number;
  /** Bytes inside words that would be symbols, or rows of accented letters, in Windows-1252. */
  oddLetters: number;
  /** The first line with an odd letter. */
  oddLine: number | null;
}

export async function countLineEncodings(file: FileHandle): Promise<LineEncodings> {
  const counts: LineEncodings = {
    utf8Count: 0,
    otherCount: 0,
    westernLetters: 0,
    oddLetters: 0,
    oddLine: null,
  };
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  let lineBreak: number | null = null;
  for await (const chunk of readChunks(file, 0)) {
    lineBreak ??= chunk.includes(LINE_FEED) ? LINE_FEED : CARRIAGE_RETURN;
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(lineBreak); end !== -1; end = bytes.indexOf(lineBreak, start)) {
      countLine(bytes.subarray(start, end), line, counts);
      line += 1;
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > MAX_LINE_BYTES) {
      countLine(rest, line, counts);
      rest = Buffer.alloc(0);
    }
  }
  countLine(rest, line, counts);
  return counts;
}

function countLine(bytes: Buffer, line: number, counts: LineEncodings): void {
  if (isAscii(bytes)) return;
  if (isUtf8(bytes)) {
    counts.utf8Count += 1;
    return;
  }
  counts.otherCount += 1;
  const oddBefore = counts.oddLetters;
  countLetters(bytes, counts);
  if (counts.oddLetters > oddBefore) counts.oddLine ??= line;
}

/** Apostrophes, the middle dot of Catalan, and ligatures occur inside words of Western languages. */
const SYMBOLS_IN_WORDS = new Set([0x8c, 0x92, 0x9c, 0xad, 0xb4, 0xb7]);

/**
 * Languages in Windows-1252 have single accented letters between ASCII letters. In other scripts (Windows-1251,
 * Shift JIS) such bytes follow each other. In Windows-1250 and Mac Roman, letters are where Windows-1252 has symbols.
 */
function countLetters(bytes: Buffer, counts: LineEncodings): void {
  for (let at = 0; at < bytes.length; at += 1) {
    if ((bytes[at] ?? 0) < 0x80) continue;
    const start = at;
    while ((bytes[at + 1] ?? 0) >= 0x80) at += 1;
    const length = at - start + 1;
    const byte = bytes[start] ?? 0;
    if (length >= 3) counts.oddLetters += length;
    else if (byte >= 0xc0) counts.westernLetters += length;
    else if (isLetter(bytes[start - 1]) && isLetter(bytes[at + 1]) && !SYMBOLS_IN_WORDS.has(byte)) {
      counts.oddLetters += length;
    }
  }
}

const isLetter = (byte = 0): boolean => (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
