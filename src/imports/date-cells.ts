import { now } from '../common/clock.js';
import type { FileRecord, FormatColumns, LineReader } from './line-reader.js';
import type { FormatOptions } from './mapping/mapping-file.js';
import { DateColumn } from './values/date-column.js';

const OPTION = '--date-order dmy or --date-order mdy';

type DateField = 'date' | 'time' | 'recordedAt';

/** Reads the dates of a line, and decides the order of day and month for each column. */
export class DateCells {
  private readonly columns: ReadonlyMap<number, DateColumn>;

  private readonly openedAt = now().getTime();

  /** @param fields the fields with dates */
  constructor(
    private readonly reader: LineReader<DateField>,
    private readonly formats: FormatOptions,
    fields: readonly ('date' | 'recordedAt')[],
  ) {
    const indexes = fields.flatMap((field) => reader.mapping.sources[field] ?? []);
    this.columns = new Map(
      indexes.map((index) => [index, new DateColumn(formats.dateOrder ?? null, reader.localTimes)]),
    );
  }

  assumeFrom(records: readonly FileRecord[]): void {
    for (const record of records) {
      for (const [column, dates] of this.columns) {
        const text = (record.cells[column] ?? '').trim();
        if (text !== '') dates.assumeFrom(text);
      }
    }
  }

  /** Returns the date and time in UTC with milliseconds; null if it is missing or invalid, which rejects the line. */
  readRequired(record: FileRecord): string | null {
    const { reader } = this;
    const text = reader.find('date', record);
    const { column } = reader;
    if (text !== '') return this.read('date', column, text, reader.find('time', record), record);
    reader.reject(reader.namedColumn('date'), 'date must not be empty', null);
    return null;
  }

  private read(
    field: 'date' | 'recordedAt',
    column: number,
    text: string,
    time: string,
    record: FileRecord,
  ): string | null {
    const dates = this.columns.get(column);
    if (dates === undefined) return null;
    const result = dates.read(text, time, record.line);
    if ('iso' in result) {
      if (result.problem !== null) {
        this.reader.warn(result.problem === 'skipped' ? 'skippedTime' : 'repeatedTime', record.line);
      }
      return result.iso;
    }
    this.reader.reject(column, `${field} ${result.violation}`, time === '' ? text : `${text} ${time}`);
    return null;
  }

  /**
   * Returns the recorded time; null if the line has none, or if it is invalid, which rejects the line. A time of the future is
   * invalid.
   */
  readRecorded(record: FileRecord): string | null {
    const text = this.reader.find('recordedAt', record);
    const { column } = this.reader;
    const recorded = text === '' ? null : this.read('recordedAt', column, text, '', record);
    if (recorded !== null && this.isFuture(recorded)) {
      this.reader.reject(column, 'recordedAt must not be in the future', text);
    }
    return recorded;
  }

  /** Whether an instant is after the start of the import. */
  isFuture(instant: string): boolean {
    return Date.parse(instant) > this.openedAt;
  }

  /** The columns to settle. */
  get format(): FormatColumns {
    return {
      columns: this.columns,
      format: 'dateOrder',
      option: OPTION,
      isGiven: this.formats.dateOrder !== undefined,
    };
  }
}
