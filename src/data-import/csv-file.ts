import { isUtf8 } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import { OperatorError } from '../common/operator-error.js';
import { errorCodeOf } from '../database/connection-errors.js';
import { type CsvRecord, type FilePosition, readRecords } from './csv-records.js';
import { type Cells, type CsvSchema, headerViolations } from './csv-schema.js';

/** A line of data, or the reason why it is invalid. */
export type CsvLine<Column extends string> =
  | { readonly line: number; readonly cells: Cells<Column> }
  | { readonly line: number; readonly violation: string };

const UTF8_BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const UTF16_BOMS = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];

const NOT_ASCII = /[\u0080-\u00ff]/;

const OPENING_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
};

/** A CSV file with a validated header: UTF-8, commas between cells, LF or CRLF between lines. */
export class CsvFile<Column extends string> {
  private constructor(
    private readonly file: FileHandle,
    /** In bytes. */
    readonly size: number,
    private readonly start: FilePosition,
    private readonly columns: readonly Column[],
  ) {}

  /** @throws OperatorError if the file cannot be read, or with every error in its header */
  static async open<Column extends string>(path: string, shape: CsvSchema<Column>): Promise<CsvFile<Column>> {
    const file = await openForReading(path);
    try {
      const stats = await file.stat();
      // After a line with invalid quotes, the file is read again from the middle. A pipe does not support
      // that.
      if (!stats.isFile()) throw new OperatorError(`${path}: it is not a file.`);
      const start = await findStart(file, path);
      const header = await readHeader(file, start);
      if (typeof header === 'string') throw new OperatorError(`${path}: ${header}.`);
      const violations = headerViolations(header, shape);
      if (violations.length > 0) throw new OperatorError(`${path}: ${violations.join('; ')}.`);
      const columns = header.flatMap((name) => shape.columns.filter((column) => column === name));
      return new CsvFile(file, stats.size, start, columns);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Yields the lines of data except blank ones. Calls `onRead` with the number of bytes read. */
  async *lines(onRead: (bytes: number) => void): AsyncGenerator<CsvLine<Column>> {
    let isHeader = true;
    for await (const record of readRecords(this.file, this.start, onRead)) {
      if (!isHeader && !isBlank(record)) yield this.toLine(record);
      isHeader = false;
    }
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private toLine(record: CsvRecord): CsvLine<Column> {
    if ('violation' in record) return record;
    const { line, endLine } = record;
    if (record.cells.length !== this.columns.length) {
      const where = endLine > line ? ` (its quoted text ends on line ${endLine})` : '';
      const violation = `it has ${record.cells.length} cells, but the header has ${this.columns.length} columns${where}`;
      return { line, violation };
    }
    const cells: Partial<Record<Column, string>> = {};
    for (const [index, column] of this.columns.entries()) {
      const text = decodeUtf8(record.cells[index] ?? '');
      if (text === null) return { line, violation: `${column} is not valid UTF-8` };
      cells[column] = text;
    }
    return { line, cells };
  }
}

async function openForReading(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    const code = errorCodeOf(error) ?? '';
    throw new OperatorError(`${path}: ${OPENING_ERRORS[code] ?? `it cannot be read (${code})`}.`, {
      cause: error,
    });
  }
}

/** Skips the byte order mark that some programs write before the header. */
async function findStart(file: FileHandle, path: string): Promise<FilePosition> {
  const { buffer, bytesRead } = await readFirst(file, path);
  const first = buffer.subarray(0, bytesRead);
  if (UTF16_BOMS.some((bom) => first.subarray(0, 2).equals(bom))) {
    throw new OperatorError(`${path}: it is UTF-16; save it as UTF-8.`);
  }
  return { offset: first.equals(UTF8_BOM) ? UTF8_BOM.length : 0, line: 1 };
}

async function readFirst(file: FileHandle, path: string): Promise<{ buffer: Buffer; bytesRead: number }> {
  try {
    return await file.read(Buffer.alloc(UTF8_BOM.length), 0, UTF8_BOM.length, 0);
  } catch (error) {
    throw new OperatorError(`${path}: it cannot be read (${errorCodeOf(error)}).`, { cause: error });
  }
}

/** Returns the trimmed names, or an error message. */
async function readHeader(file: FileHandle, start: FilePosition): Promise<string[] | string> {
  for await (const record of readRecords(file, start, () => undefined)) {
    if ('violation' in record) return `its header cannot be read: ${record.violation}`;
    if (isBlank(record)) return 'its first line is blank, but must contain the column names';
    const names = record.cells.map(decodeUtf8);
    return names.includes(null)
      ? 'its header is not valid UTF-8'
      : names.filter((name) => name !== null).map((name) => name.trim());
  }
  return 'it is empty; the first line must contain the column names';
}

function isBlank(record: CsvRecord): boolean {
  return 'cells' in record && record.cells.length === 1 && record.cells[0]?.trim() === '';
}

/** Decodes a text with one character per byte; null if the bytes are not valid UTF-8. */
function decodeUtf8(bytes: string): string | null {
  if (!NOT_ASCII.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes, 'latin1');
  return isUtf8(buffer) ? buffer.toString('utf8') : null;
}
