import { isUtf8 } from 'node:buffer';
import { ENCODING_NAMES } from './file-format.js';
import { excerptOf, type SplitRecord } from './record-splitter.js';
import { decodeWindows1252, type TextCoding } from './text-decoding.js';

const NOT_ASCII = /[\u0080-\u00ff]/;

const REPLACEMENT_CHARACTER = '\ufffd';

/** The maximum length of a cell in a message. */
const MAX_QUOTED_CHARACTERS = 100;

/** Whether a text may contain characters that `decodeRecord` has to look at. Most texts contain none. */
export function needsDecoding(text: string, { encoding, isMixed }: TextCoding): boolean {
  if (isMixed || text.includes('\0')) return true;
  if (encoding === 'windows-1252') return text.includes(REPLACEMENT_CHARACTER);
  return encoding !== 'utf-8' && !text.isWellFormed();
}

/** Decodes the cells of files with mixed encodings, and finds characters that the file does not define. */
export function decodeRecord(
  record: SplitRecord,
  coding: TextCoding,
  columns: readonly string[],
  join: (cells: readonly string[]) => string,
): SplitRecord {
  const decode = coding.isMixed ? decodeEither : (text: string) => text;
  if (!('cells' in record)) return { ...record, text: decode(record.text) };
  const cells = coding.isMixed ? decodeCells(record.cells, coding) : record.cells;
  const violation = violationOf(record.cells, cells, coding, columns);
  if (violation === null) return { ...record, cells };
  return { line: record.line, violation, text: excerptOf(join(record.cells.map(decode))) };
}

function decodeCells(cells: readonly string[], { encoding }: TextCoding): string[] {
  return cells.map((cell) => {
    if (!NOT_ASCII.test(cell)) return cell;
    const bytes = Buffer.from(cell, 'latin1');
    return encoding === 'utf-8' ? bytes.toString('utf8') : decodeWindows1252(bytes);
  });
}

/** Decodes a text with one character per byte as UTF-8 if it is valid, otherwise as Windows-1252. */
function decodeEither(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : decodeWindows1252(bytes);
}

function violationOf(
  raw: readonly string[],
  decoded: readonly string[],
  coding: TextCoding,
  columns: readonly string[],
): string | null {
  const mixed = coding.isMixed ? mixedViolation(raw, coding, columns) : null;
  if (mixed !== null) return mixed;
  const { encoding } = coding;
  for (const [index, cell] of decoded.entries()) {
    const column = nameOf(columns, index);
    if (cell.includes('\0')) {
      return `${column} contains a NUL character (byte 00); remove it, or export the file again`;
    }
    if (encoding === 'windows-1252' && cell.includes(REPLACEMENT_CHARACTER)) {
      return `${column} contains a byte that Windows-1252 does not define; save the file as UTF-8`;
    }
    if (encoding.startsWith('utf-16') && !cell.isWellFormed()) {
      return `${column} contains half a character, so it is not valid ${ENCODING_NAMES[encoding]}; export the file again`;
    }
  }
  return null;
}

/** The other encoding is proposed, not assumed: a wrong guess would store illegible text. */
function mixedViolation(
  raw: readonly string[],
  { encoding }: TextCoding,
  columns: readonly string[],
): string | null {
  const isCellUtf8 = raw.map((cell) => (NOT_ASCII.test(cell) ? isUtf8(Buffer.from(cell, 'latin1')) : null));
  const isOther =
    encoding === 'utf-8'
      ? isCellUtf8.includes(false)
      : isCellUtf8.includes(true) && !isCellUtf8.includes(false);
  if (!isOther) return null;
  const index = isCellUtf8.indexOf(encoding !== 'utf-8');
  const other = encoding === 'utf-8' ? 'windows-1252' : 'utf-8';
  const text = decodeEither(raw[index] ?? '').slice(0, MAX_QUOTED_CHARACTERS);
  return (
    `${nameOf(columns, index)} is not ${ENCODING_NAMES[encoding]} as the rest of the file; as ${ENCODING_NAMES[other]}, ` +
    `it is ${JSON.stringify(text)}; save the whole file as UTF-8`
  );
}

const nameOf = (columns: readonly string[], index: number): string => {
  const name = columns[index] ?? '';
  return name === '' ? `column ${index + 1}` : `column ${JSON.stringify(name)}`;
};
