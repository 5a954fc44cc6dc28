import { type Sequelize, type Transaction } from 'sequelize';
import type { CsvFile } from './files/csv-file.js';
import { copyLine, copyRows, type CopyValue } from './copy-rows.js';
import type { FileRecord } from './line-reader.js';
import type { ImportedFile, Rejection } from './import-report.js';
import { COPY, COPY_REJECTIONS, CREATE_STAGING, emptyStaging } from './staging.sql.js';

/** The number of lines that are copied together, which limits memory. */
const COPIED_TOGETHER = 5_000;

/** Converts the records of a file to rows, and collects evidence of its formats. */
export interface LineReader<Row> {
  /** Assumes the formats of the first records, so that the file is rarely read twice. */
  assumeFrom(records: readonly FileRecord[]): void;
  /** @returns the row, or every violation of the line */
  read(record: FileRecord): Row | Rejection;
  /**
   * After the last line: `again` if the file must be read again with other formats.
   * @throws ImportFileError if the file does not decide a format
   */
  settle(): 'settled' | 'again';
}

/** The temporary tables with the lines of the files. They end with the transaction. */
export class ImportStaging {
  private constructor(
    private readonly sequelize: Sequelize,
    private readonly transaction: Transaction,
  ) {}

  static async create(sequelize: Sequelize, transaction: Transaction): Promise<ImportStaging> {
    await sequelize.query(CREATE_STAGING, { transaction });
    return new ImportStaging(sequelize, transaction);
  }

  /**
   * Reads a file into its table, a second time if its formats are not as assumed at first.
   * @param columnsOf the values of a row in the order of the columns of the table
   * @returns the number of lines of data
   */
  async stage<Row>(
    kind: ImportedFile,
    file: CsvFile,
    reader: LineReader<Row>,
    columnsOf: (row: Row) => readonly CopyValue[],
    onRead: (bytes: number) => void,
  ): Promise<number> {
    for (;;) {
      const lineCount = await this.readOnce(kind, file, reader, columnsOf, onRead);
      if (reader.settle() === 'settled') return lineCount;
      await this.sequelize.query(emptyStaging(kind), { transaction: this.transaction });
    }
  }

  private async readOnce<Row>(
    kind: ImportedFile,
    file: CsvFile,
    reader: LineReader<Row>,
    columnsOf: (row: Row) => readonly CopyValue[],
    onRead: (bytes: number) => void,
  ): Promise<number> {
    let rows: string[] = [];
    let rejections: string[] = [];
    let lineCount = 0;
    // While PostgreSQL copies lines, the next ones are read.
    let copying: Promise<void> = Promise.resolve();
    const flush = async () => {
      await copying;
      copying = this.copy(kind, rows, rejections);
      // The error is thrown where the promise is awaited.
      copying.catch(() => undefined);
      rows = [];
      rejections = [];
    };
    for await (const records of file.records(onRead)) {
      if (lineCount === 0) reader.assumeFrom(records.filter((record) => 'cells' in record));
      for (const record of records) {
        const read = 'violation' in record ? unreadable(record) : reader.read(record);
        if (isInvalid(read)) rejections.push(copyLine([kind, read.line, JSON.stringify(read.violations)]));
        else rows.push(copyLine(columnsOf(read)));
      }
      lineCount += records.length;
      if (rows.length + rejections.length >= COPIED_TOGETHER) await flush();
    }
    await flush();
    await copying;
    return lineCount;
  }

  private async copy(kind: ImportedFile, rows: string[], rejections: string[]): Promise<void> {
    if (rows.length > 0) await copyRows(this.transaction, COPY[kind], rows.join(''));
    if (rejections.length > 0) await copyRows(this.transaction, COPY_REJECTIONS, rejections.join(''));
  }
}

const unreadable = ({ line, violation }: { line: number; violation: string }): Rejection => ({
  line,
  violations: [{ column: null, message: violation, value: null }],
});

const isInvalid = (read: unknown): read is Rejection =>
  typeof read === 'object' && read !== null && 'violations' in read;
