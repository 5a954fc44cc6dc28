import { checkExternalId } from './api-rules.js';
import { BudgetCells } from './budget-cells.js';
import { DateCells } from './date-cells.js';
import type { FileOptions } from './import-options.js';
import type { Rejection } from './import-report.js';
import { LeadNameCells } from './lead-name-cells.js';
import { type FileRecord, LineReader, type ReaderReport } from './line-reader.js';
import type { ChangeField } from './mapping/fields.js';
import type { FileMapping } from './mapping/map-file.js';
import { StatusCells } from './status-cells.js';

/** The values of a line about a change of a lead. At least one of `status` and `budget` is given, unless it is its creation. */
export interface ChangeRow {
  readonly line: number;
  /** The address of the lead as `emailKey` returns it. At least one of `email` and `externalId` is given. */
  readonly email: string | null;
  /** The address in the letters of the file, by which an adopted database may tell leads apart. */
  readonly writtenEmail: string | null;
  /** The external id of the lead. */
  readonly externalId: string | null;
  /** Null if there is no external id. */
  readonly externalSource: string | null;
  readonly status: string | null;
  /** The status that the change replaced; null: the line does not have it. */
  readonly statusBefore: string | null;
  /** Whether the line is about the creation of the lead, without its first values. */
  readonly isCreation: boolean;
  readonly budget: string | null;
  /** The time at which the change took effect, in UTC with milliseconds. */
  readonly effectiveAt: string;
  /** The time at which the change was recorded; null: the time of the import. */
  readonly recordedAt: string | null;
}

/** Reads the lines of a file of changes of leads, such as a stage history. */
export class ChangeLineReader {
  private readonly reader: LineReader<ChangeField>;

  private readonly leadNames: LeadNameCells<'externalId'>;

  private readonly statuses: StatusCells;

  private readonly statusesBefore: StatusCells;

  private readonly budgets: BudgetCells;

  private readonly dates: DateCells;

  /**
   * @param fileName for messages
   * @throws ImportFileError if the time zone is unknown
   */
  constructor(
    fileName: string,
    private readonly mapping: FileMapping<ChangeField>,
    private readonly options: FileOptions,
  ) {
    const reader = new LineReader<ChangeField>(fileName, mapping, options, [
      'budget',
      'date',
      'time',
      'recordedAt',
    ]);
    this.reader = reader;
    this.leadNames = new LeadNameCells(reader, 'externalId');
    this.statuses = new StatusCells(reader, 'status', (record) => reader.find('status', record));
    this.statusesBefore = new StatusCells(reader, 'statusBefore', (record) =>
      reader.find('statusBefore', record),
    );
    this.budgets = new BudgetCells(reader, options);
    this.dates = new DateCells(reader, options, ['date', 'recordedAt']);
  }

  /** Assumes the formats of the first records, so that the file is rarely read twice. */
  assumeFrom(records: readonly FileRecord[]): void {
    this.budgets.assumeFrom(records);
    this.dates.assumeFrom(records);
  }

  /** Returns the row, or all violations of the line. */
  read(record: FileRecord): ChangeRow | Rejection {
    const { reader, dates } = this;
    const invalid = reader.begin(record);
    if (invalid !== null) return invalid;
    reader.exclude(record, false);
    // Lines about other fields have values that no one should map to statuses.
    const excluded = reader.rejection(record);
    if (excluded !== null) return excluded;
    const isCreation = reader.isCreation(record);
    const name = this.leadNames.read(record);
    const externalSource = name.externalId === null ? null : this.readExternalSource(record);
    const status = isCreation ? null : this.statuses.read(record);
    const statusBefore = isCreation ? null : this.statusesBefore.read(record);
    const budget = this.budgets.read(record);
    const effectiveAt = dates.readRequired(record);
    if (effectiveAt !== null && dates.isFuture(effectiveAt)) {
      reader.reject(reader.namedColumn('date'), 'date must not be in the future', effectiveAt);
    }
    const recordedAt = dates.readRecorded(record);
    const rejection = reader.rejection(record);
    if (rejection === null && status === null && budget === null && !isCreation) {
      reader.reject(reader.namedColumn('status'), 'status and budget must not both be empty', null);
    }
    const incomplete = reader.rejection(record);
    if (incomplete !== null) return incomplete;
    // Without a rejection, it is present; the compiler does not know it.
    if (effectiveAt === null) throw new Error(`Line ${record.line} has no date.`);
    return {
      ...name,
      line: record.line,
      externalSource,
      status,
      statusBefore,
      isCreation,
      budget,
      effectiveAt,
      recordedAt: recordedAt ?? (this.options.isRecordedAsDated === true ? effectiveAt : null),
    };
  }

  /**
   * Call it after the last line. After 'again', the file has to be read from the start: an assumed format was wrong.
   * @throws ImportFileError if the file does not decide a format
   */
  settle(): 'settled' | 'again' {
    return this.reader.settle([this.dates.format, this.budgets.format]);
  }

  /** The report on the lines since the last start. Formats are known after `settle`. */
  report(): ReaderReport {
    return this.reader.report();
  }

  private readExternalSource(record: FileRecord): string | null {
    const text = this.reader.find('externalSource', record);
    if (text === '') return this.mapping.externalSource;
    return this.reader.accept(checkExternalId('externalSource', text), this.reader.column, record);
  }
}
