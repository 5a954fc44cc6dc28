import type { FileHandle } from 'node:fs/promises';
import { CsvError, type InfoRecord, Parser } from 'csv-parse';

/** A record of a CSV file, or the reason why it is invalid. Lines are numbered from 1, as in editors. */
export type CsvRecord =
  | { readonly line: number; readonly endLine: number; readonly cells: readonly string[] }
  | { readonly line: number; readonly violation: string };

/** A position in a file: a byte offset and its line. */
export interface FilePosition {
  readonly offset: number;
  readonly line: number;
}

const CHUNK_BYTES = 65_536;

/** The maximum size of a record, so that an unclosed quote does not load the rest of the file into memory. */
const MAX_RECORD_BYTES = 1_048_576;

const LINE_FEED = 0x0a;

const VIOLATIONS: Readonly<Record<string, string>> = {
  CSV_INVALID_CLOSING_QUOTE: 'a quote is not closed, or not doubled inside a quoted cell',
  INVALID_OPENING_QUOTE: 'there is a quote inside a cell that does not start with one',
  CSV_QUOTE_NOT_CLOSED: 'a quote is not closed',
  CSV_MAX_RECORD_SIZE: 'it is longer than 1 MiB, or a quote is not closed',
};

/**
 * Reads the records of a file one by one, in constant memory. If quotes are invalid, the record is reported
 * at its first line, and reading continues at the next line. Otherwise the rest of the file would count as
 * the inside of a quoted cell.
 *
 * The texts contain one character per byte; `decodeUtf8` decodes them.
 */
export async function* readRecords(
  file: FileHandle,
  start: FilePosition,
  onRead: (offset: number) => void,
): AsyncGenerator<CsvRecord> {
  for (let place: FilePosition | null = start; place !== null;) {
    const broken: BrokenRecord | null = yield* readUntilBroken(file, place, onRead);
    if (broken === null) return;
    yield { line: broken.start.line, violation: broken.violation };
    place = await nextLine(file, broken.start);
  }
}

interface BrokenRecord {
  readonly start: FilePosition;
  readonly violation: string;
}

/** Runs the parser once, because it cannot continue after an error. */
async function* readUntilBroken(
  file: FileHandle,
  start: FilePosition,
  onRead: (offset: number) => void,
): AsyncGenerator<CsvRecord, BrokenRecord | null> {
  const parser = new RecordParser(start);
  for await (const chunk of readChunks(file, start.offset)) {
    const error = await parser.write(chunk);
    onRead(parser.offset);
    yield* parser.takeRecords();
    if (error !== null) return { start: parser.place(), violation: violationOf(error) };
  }
  const error = await parser.end();
  yield* parser.takeRecords();
  return error === null ? null : { start: parser.place(), violation: violationOf(error) };
}

async function* readChunks(file: FileHandle, start: number): AsyncGenerator<Buffer> {
  for (let offset = start; ;) {
    // Allocates a new buffer each time, because the parser keeps unconsumed data.
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, offset);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    offset += bytesRead;
  }
}

/** Returns the start of the next line; null if there is none. */
async function nextLine(file: FileHandle, place: FilePosition): Promise<FilePosition | null> {
  let { offset } = place;
  for await (const chunk of readChunks(file, offset)) {
    const index = chunk.indexOf(LINE_FEED);
    if (index !== -1) return { offset: offset + index + 1, line: place.line + 1 };
    offset += chunk.length;
  }
  return null;
}

function violationOf(error: Error): string {
  const violation = error instanceof CsvError ? VIOLATIONS[error.code] : undefined;
  if (violation === undefined) throw error;
  return violation;
}

interface ParsedRecord {
  readonly cells: readonly string[];
  readonly start: number;
  readonly end: number;
}

/**
 * Wraps csv-parse to get exact positions. Its line numbers count a CRLF inside quotes twice, but its byte
 * counts are correct. Records are collected by a callback, because the stream drops the records that precede
 * an error.
 */
class RecordParser {
  private records: ParsedRecord[] = [];
  private readonly parser: Parser;
  private readonly lineBreaks: LineBreaks;
  private fed: number;
  /** The end of the last complete record. */
  private parsed: number;

  constructor(start: FilePosition) {
    this.fed = start.offset;
    this.parsed = start.offset;
    this.lineBreaks = new LineBreaks(start.line);
    this.parser = new Parser({
      bom: false,
      // One character per byte, so that invalid UTF-8 can still be detected.
      encoding: 'latin1',
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      max_record_size: MAX_RECORD_BYTES,
      on_record: (cells: readonly string[], { bytes }: InfoRecord) => {
        const end = start.offset + bytes;
        this.records.push({ cells, start: this.parsed, end });
        this.parsed = end;
        return null;
      },
    });
    // `write` and `end` report the error. Without a listener, it would end the process.
    this.parser.on('error', () => undefined);
  }

  /** The offset up to which the file has been read. */
  get offset(): number {
    return this.fed;
  }

  /** Parses the chunk synchronously as far as possible. Resolves to the error that stopped the parser. */
  write(chunk: Buffer): Promise<Error | null> {
    this.lineBreaks.add(chunk, this.fed);
    this.fed += chunk.length;
    return new Promise((resolve) => {
      this.parser.write(chunk, (error) => resolve(error ?? null));
    });
  }

  end(): Promise<Error | null> {
    return new Promise((resolve) => {
      this.parser.once('error', resolve);
      this.parser.once('finish', () => resolve(null));
      this.parser.end();
    });
  }

  *takeRecords(): Generator<CsvRecord> {
    const records = this.records;
    this.records = [];
    for (const { cells, start, end } of records) {
      const line = this.lineBreaks.lineOf(start);
      yield { line, endLine: this.lineBreaks.lineOf(end - 1), cells };
    }
  }

  /** The start of the first incomplete record. All complete records must be taken first. */
  place(): FilePosition {
    return { offset: this.parsed, line: this.lineBreaks.lineOf(this.parsed) };
  }
}

/**
 * Finds the lines of offsets that are requested in ascending order. Keeps only line breaks that are still
 * needed.
 */
class LineBreaks {
  private offsets: number[] = [];
  private passed = 0;

  constructor(private line: number) {}

  add(chunk: Buffer, offset: number): void {
    this.offsets = this.offsets.slice(this.passed);
    this.passed = 0;
    for (let index = chunk.indexOf(LINE_FEED); index !== -1; index = chunk.indexOf(LINE_FEED, index + 1)) {
      this.offsets.push(offset + index);
    }
  }

  lineOf(offset: number): number {
    for (
      let next = this.offsets[this.passed];
      next !== undefined && next < offset;
      next = this.offsets[this.passed]
    ) {
      this.passed += 1;
      this.line += 1;
    }
    return this.line;
  }
}
