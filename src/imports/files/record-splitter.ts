import type { Delimiter } from './file-format.js';

/** The cells of a record, or the reason why its first line is invalid. Lines count from 1, as in editors. */
export type SplitRecord =
  | { readonly line: number; readonly endLine: number; readonly cells: string[] }
  | { readonly line: number; readonly violation: string; readonly text: string };

/** The maximum size of a record, so that an unclosed quote does not load the rest of the file into memory. */
const MAX_RECORD_CHARACTERS = 1_048_576;

/** The maximum length of the text of an invalid line. */
const MAX_EXCERPT_CHARACTERS = 1_000;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;

/** Spreadsheets read `="0301234"` as a text. Programs write it without the quotes around the cell. */
const FORMULA_TEXT = /^="[^"]*"$/;

const CLOSING_QUOTE =
  'a quoted cell does not end at its closing quote; close the quote, and double the quotes inside the cell';
const OPENING_QUOTE =
  'there is a quote inside a cell that does not start with one; quote the cell, and double the quotes inside it';
const NOT_CLOSED = 'a quote is not closed before the end of the file; close it, or export the file again';
const TOO_LONG = 'the record has more than 1,048,576 characters; close its quotes, or shorten its cells';

/** Instead of a record: more text is needed. */
const INCOMPLETE = Symbol('incomplete');

interface QuotedRecord {
  readonly cells: string[];
  readonly end: number;
}

/**
 * Splits text that arrives in chunks into records, in constant memory. A line ends with LF, CRLF or CR. If quotes are
 * invalid, the first line of the record is reported, and splitting continues at the next line. Otherwise the rest of
 * the file would count as the inside of a quoted cell.
 *
 * No library does this. csv-parse stops at the first broken quote, counts a CRLF inside quotes as two lines, and reads
 * 75,000 records a second. Papa Parse reads up to the end of the file after a broken quote. uDSV does not report broken
 * quotes at all. None of them reports lines.
 */
export class RecordSplitter {
  private readonly delimiterCode: number;
  private text = '';
  private position = 0;
  private isFinal = false;
  private line = 1;
  /** Lines that are skipped before the next record. */
  private linesToSkip: number;
  /** The next position of each character from `position` on; the length of the text if there is none; -1 if unknown. */
  private lineFeed = -1;
  private carriageReturn = -1;
  private quote = -1;
  private delimiterAt = -1;

  /** @param startLine the line of the first record; the lines before it are skipped */
  constructor(
    private readonly delimiter: Delimiter,
    startLine = 1,
  ) {
    this.delimiterCode = delimiter.charCodeAt(0);
    this.linesToSkip = startLine - 1;
  }

  /** Whether the lines before the first record have been skipped. */
  get hasStarted(): boolean {
    return this.linesToSkip === 0;
  }

  /** Adds the next text of the file. All records of the text before must have been taken. */
  push(text: string): void {
    this.text = this.position < this.text.length ? this.text.slice(this.position) + text : text;
    this.position = 0;
    this.lineFeed = -1;
    this.carriageReturn = -1;
    this.quote = -1;
    this.delimiterAt = -1;
  }

  /** The file has no more text. */
  end(): void {
    this.isFinal = true;
    this.push('');
  }

  /** Returns the next records, at most `maximum`. There are none if they need more text. */
  take(maximum: number): SplitRecord[] {
    const records: SplitRecord[] = [];
    while (records.length < maximum) {
      const record = this.next();
      if (record === null) break;
      records.push(record);
    }
    return records;
  }

  private next(): SplitRecord | null {
    if (this.linesToSkip > 0 && !this.skipLines()) return null;
    const start = this.position;
    if (start >= this.text.length) return null;
    const end = this.lineEnd(start);
    if (this.nextQuote(start) < end) return this.nextQuoted(start);
    if (end === this.text.length && !this.isFinal) return this.unlessTooLong(start);
    if (end - start > MAX_RECORD_CHARACTERS) return this.invalidLine(start, TOO_LONG);
    const { line } = this;
    const cells = this.text.slice(start, end).split(this.delimiter);
    this.moveAfter(end);
    return { line, endLine: line, cells };
  }

  private nextQuoted(start: number): SplitRecord | null {
    const firstLineEnd = this.lineEnd(start);
    const { lineFeed, carriageReturn, quote, delimiterAt } = this;
    const record = this.splitQuoted(start);
    if (record === INCOMPLETE || typeof record === 'string') {
      // The positions found inside the record are of no use at its start.
      Object.assign(this, { lineFeed, carriageReturn, quote, delimiterAt });
      // The end of the line is needed for its text.
      const isCut = firstLineEnd === this.text.length && !this.isFinal;
      return record === INCOMPLETE || isCut ? this.unlessTooLong(start) : this.invalidLine(start, record);
    }
    if (record.end - start > MAX_RECORD_CHARACTERS) return this.invalidLine(start, TOO_LONG);
    const { line } = this;
    if (firstLineEnd < record.end) this.line += countLineBreaks(this.text.slice(start, record.end));
    const endLine = this.line;
    this.moveAfter(record.end);
    return { line, endLine, cells: record.cells };
  }

  /** Returns the violation if quotes are invalid. */
  private splitQuoted(start: number): QuotedRecord | typeof INCOMPLETE | string {
    const { text, delimiter } = this;
    const cells: string[] = [];
    for (let at = start; ;) {
      let opening = at;
      while (text.charCodeAt(opening) === SPACE) opening += 1;
      let end: number;
      if (text.charCodeAt(opening) === QUOTE) {
        const closing = this.closingQuote(opening);
        if (closing === -1) return this.isFinal ? NOT_CLOSED : INCOMPLETE;
        const cell = text.slice(opening + 1, closing);
        cells.push(cell.includes('"') ? cell.replaceAll('""', '"') : cell);
        end = closing + 1;
        while (text.charCodeAt(end) === SPACE) end += 1;
        // The next character may double the quote.
        if (end >= text.length && !this.isFinal) return INCOMPLETE;
      } else {
        end = Math.min(this.nextDelimiter(at), this.lineEnd(at));
        if (end >= text.length && !this.isFinal) return INCOMPLETE;
        const cell = text.slice(at, end);
        if (this.nextQuote(at) < end && !FORMULA_TEXT.test(cell)) return OPENING_QUOTE;
        cells.push(cell);
      }
      if (end >= text.length) return { cells, end: text.length };
      const code = text.charCodeAt(end);
      if (code === LINE_FEED || code === CARRIAGE_RETURN) {
        // Whether a line feed follows is unknown.
        const isCut = code === CARRIAGE_RETURN && end + 1 === text.length && !this.isFinal;
        return isCut ? INCOMPLETE : { cells, end };
      }
      if (code !== this.delimiterCode) return CLOSING_QUOTE;
      at = end + delimiter.length;
    }
  }

  /** -1 if the text does not contain it. */
  private closingQuote(opening: number): number {
    let at = this.text.indexOf('"', opening + 1);
    while (at !== -1 && this.text.charCodeAt(at + 1) === QUOTE) at = this.text.indexOf('"', at + 2);
    return at;
  }

  private unlessTooLong(start: number): SplitRecord | null {
    return this.text.length - start > MAX_RECORD_CHARACTERS ? this.invalidLine(start, TOO_LONG) : null;
  }

  private invalidLine(start: number, violation: string): SplitRecord {
    const { line } = this;
    const text = excerptOf(this.text, start, this.lineEnd(start));
    this.linesToSkip = 1;
    return { line, violation, text };
  }

  /** Returns whether all of them have been skipped. */
  private skipLines(): boolean {
    while (this.linesToSkip > 0) {
      const end = this.lineEnd(this.position);
      if (end === this.text.length) {
        // Keeps a carriage return whose line feed may follow.
        const isCut = !this.isFinal && this.text.charCodeAt(end - 1) === CARRIAGE_RETURN;
        this.position = isCut ? Math.max(end - 1, this.position) : end;
        return false;
      }
      this.moveAfter(end);
      this.linesToSkip -= 1;
    }
    return true;
  }

  /** Moves to the line after a line break. */
  private moveAfter(end: number): void {
    const isPair =
      this.text.charCodeAt(end) === CARRIAGE_RETURN && this.text.charCodeAt(end + 1) === LINE_FEED;
    if (end < this.text.length) this.line += 1;
    this.position = end + (isPair ? 2 : 1);
  }

  /** Returns the position of the line break, or the length of the text. */
  private lineEnd(from: number): number {
    if (this.lineFeed < from) this.lineFeed = this.find('\n', from);
    if (this.carriageReturn < from) this.carriageReturn = this.find('\r', from);
    const end = Math.min(this.lineFeed, this.carriageReturn);
    // A carriage return at the end of the text is a line break only if the next character is known.
    return end + 1 === this.text.length && end === this.carriageReturn && !this.isFinal
      ? this.text.length
      : end;
  }

  private nextQuote(from: number): number {
    if (this.quote < from) this.quote = this.find('"', from);
    return this.quote;
  }

  private nextDelimiter(from: number): number {
    if (this.delimiterAt < from) this.delimiterAt = this.find(this.delimiter, from);
    return this.delimiterAt;
  }

  private find(character: string, from: number): number {
    const index = this.text.indexOf(character, from);
    return index === -1 ? this.text.length : index;
  }
}

function countLineBreaks(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}

/** Copies the start of a text. A slice would keep the whole text in memory. */
export function excerptOf(text: string, start = 0, end = text.length): string {
  const isCut = end - start > MAX_EXCERPT_CHARACTERS;
  const excerpt = text.slice(start, isCut ? start + MAX_EXCERPT_CHARACTERS - 1 : end);
  return Buffer.from(excerpt, 'utf16le').toString('utf16le').toWellFormed() + (isCut ? '…' : '');
}
