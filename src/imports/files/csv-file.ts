import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { ImportFileError } from '../import-file-error.js';
import { decodeRecord, needsDecoding } from './cell-decoding.js';
import type { CsvRecord, FooterLine } from './csv-record.js';
import type { CsvSource } from './csv-source.js';
import { DataRecords, joinCells } from './data-records.js';
import { bomOf, countLineEncodings, endsWithinLetter, isUtf8File, utf16Of } from './encoding-detection.js';
import { readBytes, readChunks } from './file-chunks.js';
import {
  DELIMITERS,
  type Delimiter,
  ENCODING_NAMES,
  type FileFormat,
  type FileFormatOptions,
} from './file-format.js';
import { recogniseBinary, recogniseText } from './foreign-files.js';
import { RecordSplitter, type SplitRecord } from './record-splitter.js';
import { detectTable, readSamples, separatorOf } from './table-detection.js';
import { createDecoder, type TextCoding } from './text-decoding.js';

const HEAD_BYTES = 65_536;

/** Few enough for a flat memory if records are short. */
const BATCH_RECORDS = 1_000;

/** Where the text of a file starts, and how it is encoded. */
interface FileText {
  /** In bytes, after the byte order mark. */
  readonly offset: number;
  readonly coding: TextCoding;
}

/** A CSV file whose encoding, delimiter and header are known. */
export class CsvFile {
  private footerLines: readonly FooterLine[] = [];

  private constructor(
    private readonly file: FileHandle,
    readonly name: string,
    private readonly stats: Stats,
    private readonly text: FileText,
    readonly format: FileFormat,
    /** The names of the columns as they are in the file. They may be empty, or occur twice. */
    readonly header: readonly string[],
  ) {}

  /**
   * Reads the file as a whole if its encoding has to be detected.
   *
   * @throws ImportFileError if the file cannot be read, is no CSV file, or has no header
   */
  static async open(source: CsvSource, options: FileFormatOptions = {}): Promise<CsvFile> {
    const file = await source.open();
    try {
      return await CsvFile.read(file, source.name, options);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  private static async read(file: FileHandle, name: string, options: FileFormatOptions): Promise<CsvFile> {
    const stats = await file.stat();
    if (!stats.isFile()) throw new ImportFileError({ file: name }, 'it is not a file', 'Choose a CSV file.');
    if (stats.size === 0) throw emptyError(name, 'it is empty');
    const text = await findText(file, name, options);
    const { table, header, hasBom } = await findTable(file, name, text, options);
    const { encoding } = text.coding;
    const format = { encoding, hasBom, delimiter: table.delimiter, headerLine: header.line };
    return new CsvFile(file, name, stats, text, format, header.cells);
  }

  /** In bytes. */
  get size(): number {
    return this.stats.size;
  }

  /** The lines below the table that a report of Salesforce ends with. Known after all records have been read. */
  get footer(): readonly FooterLine[] {
    return this.footerLines;
  }

  /**
   * Yields the records after the header in batches of about 1,000. Blank lines and lines of delimiters are skipped. May
   * be called again.
   *
   * @param onRead is called with the number of bytes read so far
   * @throws ImportFileError if the file was changed after it was opened
   */
  async *records(onRead: (bytes: number) => void): AsyncGenerator<CsvRecord[]> {
    const { coding, offset } = this.text;
    const { delimiter, headerLine } = this.format;
    const splitter = new RecordSplitter(delimiter, headerLine);
    const data = new DataRecords(this.header, headerLine, delimiter);
    const decoder = createDecoder(coding);
    let isHeaderRead = false;
    let isRestSuspect = false;
    const split = function* (this: CsvFile, text: string): Generator<CsvRecord[]> {
      const isTextSuspect = needsDecoding(text, coding);
      // The rest of the text before is part of the next record.
      const isSuspect = isRestSuspect || isTextSuspect;
      let count = 0;
      for (;;) {
        const taken = splitter.take(BATCH_RECORDS);
        if (taken.length === 0) break;
        count += taken.length;
        if (!isHeaderRead) taken.shift();
        isHeaderRead = true;
        const records = data.take(isSuspect ? taken.map((record) => this.decode(record)) : taken);
        if (records.length > 0) yield records;
      }
      isRestSuspect = isTextSuspect || (isRestSuspect && count === 0);
    }.bind(this);
    let bytes = offset;
    for await (const chunk of readChunks(this.file, offset)) {
      bytes += chunk.length;
      onRead(bytes);
      const text = decoder.write(chunk);
      splitter.push(text);
      yield* split(text);
    }
    await this.ensureUnchanged();
    const text = decoder.end();
    splitter.push(text);
    yield* split(text);
    splitter.end();
    yield* split('');
    const { records, footer } = data.end();
    this.footerLines = footer;
    if (records.length > 0) yield records;
  }

  /** @returns the cells of the first records, at most those of a batch */
  async sample(): Promise<readonly (readonly string[])[]> {
    for await (const batch of this.records(() => undefined))
      return batch.flatMap((record) => ('cells' in record ? [record.cells] : []));
    return [];
  }

  /** @returns the SHA-256 of all bytes in hexadecimal digits */
  async sha256(): Promise<string> {
    const hash = createHash('sha256');
    for await (const chunk of readChunks(this.file, 0)) hash.update(chunk);
    return hash.digest('hex');
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private decode(record: SplitRecord): SplitRecord {
    const join = (cells: readonly string[]) => joinCells(cells, this.format.delimiter);
    return decodeRecord(record, this.text.coding, this.header, join);
  }

  private async ensureUnchanged(): Promise<void> {
    const { size, mtimeMs } = await this.file.stat();
    if (size === this.stats.size && mtimeMs === this.stats.mtimeMs) return;
    throw new ImportFileError({ file: this.name }, 'it was changed while it was read', 'Import it again.');
  }
}

async function findText(file: FileHandle, name: string, options: FileFormatOptions): Promise<FileText> {
  const head = await readBytes(file, 0, HEAD_BYTES);
  const binary = recogniseBinary(head);
  if (binary !== null) throw new ImportFileError({ file: name }, binary.problem, binary.proposal);
  const bom = bomOf(head);
  if (bom !== null && options.encoding !== undefined && options.encoding !== bom.encoding) {
    throw new ImportFileError(
      { file: name },
      `it starts with the byte order mark of ${ENCODING_NAMES[bom.encoding]}, but ${ENCODING_NAMES[options.encoding]} is set`,
      `Leave the encoding out, or set it to ${bom.encoding}.`,
    );
  }
  const offset = bom?.length ?? 0;
  const encoding = options.encoding ?? bom?.encoding ?? utf16Of(head) ?? undefined;
  const coding: TextCoding = { encoding: encoding ?? 'windows-1252', isMixed: false };
  const foreign = recogniseText(createDecoder(coding).write(head.subarray(offset)));
  if (foreign !== null) throw new ImportFileError({ file: name }, foreign.problem, foreign.proposal);
  const isKnown = encoding !== undefined && encoding !== 'utf-8';
  return { offset, coding: isKnown ? coding : await detectCoding(file, name, encoding !== undefined) };
}

/** The encoding of most lines. Lines in another encoding are invalid, because a wrong guess would store illegible text. */
async function detectCoding(file: FileHandle, name: string, isUtf8: boolean): Promise<TextCoding> {
  if (await isUtf8File(file)) return { encoding: 'utf-8', isMixed: false };
  if (isUtf8) return { encoding: 'utf-8', isMixed: true };
  const lines = await countLineEncodings(file);
  if (lines.utf8Count > 0 && lines.utf8Count >= lines.otherCount) return { encoding: 'utf-8', isMixed: true };
  // Only the last line is not ASCII, because the file was cut off. That line is then invalid.
  if (lines.otherCount === 1 && (await endsWithinLetter(file))) return { encoding: 'utf-8', isMixed: true };
  if (lines.oddLetters > lines.westernLetters) {
    throw new ImportFileError(
      { file: name, ...(lines.oddLine === null ? {} : { line: lines.oddLine }) },
      'its encoding is neither UTF-8 nor UTF-16, and its letters do not look like Windows-1252',
      'Save it as UTF-8. If Windows-1252 is right, set the encoding to windows-1252.',
    );
  }
  return { encoding: 'windows-1252', isMixed: lines.utf8Count > 0 };
}

interface FoundTable {
  readonly table: { readonly delimiter: Delimiter };
  readonly header: { readonly line: number; readonly cells: readonly string[] };
  readonly hasBom: boolean;
}

async function findTable(
  file: FileHandle,
  name: string,
  text: FileText,
  options: FileFormatOptions,
): Promise<FoundTable> {
  const separator = await findSeparator(file, text);
  const delimiters = delimitersOf(name, separator, options);
  const startLine = options.headerLine ?? (separator === null ? 1 : 2);
  const samples = await readSamples(readTexts(file, text), delimiters, startLine);
  const table = detectTable(samples, options.headerLine !== undefined);
  const header = headerOf(name, table.header, text.coding, table.delimiter, options);
  return { table, header, hasBom: text.offset > 0 };
}

function delimitersOf(
  name: string,
  separator: string | null,
  options: FileFormatOptions,
): readonly Delimiter[] {
  if (options.delimiter !== undefined) return [options.delimiter];
  if (separator === null) return DELIMITERS;
  const named = DELIMITERS.find((delimiter) => delimiter === separator);
  if (named !== undefined) return [named];
  throw new ImportFileError(
    { file: name, line: 1 },
    `the delimiter ${JSON.stringify(separator)} is not supported`,
    'Save the file with commas, semicolons, tabs or pipes between the cells.',
  );
}

async function findSeparator(file: FileHandle, text: FileText): Promise<string | null> {
  for await (const first of readTexts(file, text)) return separatorOf(first.split(/\r\n|\n|\r/, 1)[0] ?? '');
  return null;
}

async function* readTexts(file: FileHandle, { offset, coding }: FileText): AsyncGenerator<string> {
  const decoder = createDecoder(coding);
  for await (const chunk of readChunks(file, offset)) yield decoder.write(chunk);
  yield decoder.end();
}

function headerOf(
  name: string,
  record: SplitRecord | undefined,
  coding: TextCoding,
  delimiter: Delimiter,
  options: FileFormatOptions,
): { readonly line: number; readonly cells: readonly string[] } {
  const { headerLine } = options;
  if (record === undefined || (headerLine !== undefined && record.line !== headerLine)) {
    if (headerLine === undefined) throw emptyError(name, 'it has only blank lines');
    throw new ImportFileError(
      { file: name, line: headerLine },
      'there is no header on this line',
      'Set the line of the column names, or leave it out.',
    );
  }
  const decoded = decodeRecord(record, coding, [], (cells) => joinCells(cells, delimiter));
  if ('cells' in decoded) {
    // A file that was joined from others may have a second byte order mark.
    return { line: record.line, cells: decoded.cells.map((cell) => cell.replace(/^\ufeff+/, '')) };
  }
  throw new ImportFileError(
    { file: name, line: record.line },
    `the header cannot be read: ${decoded.violation}`,
    'Export the file again, or mend this line.',
  );
}

const emptyError = (name: string, problem: string): ImportFileError =>
  new ImportFileError(
    { file: name },
    problem,
    'Export it again; its first line must contain the column names.',
  );
