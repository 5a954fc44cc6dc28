import {
  type InteractionDirection,
  INTERACTION_DIRECTIONS,
  type InteractionType,
  INTERACTION_TYPES,
} from '../interactions/interaction-type.js';
import { now } from '../common/clock.js';
import { emailKey } from '../common/email-key.js';
import { type CheckedText, checkExternalId, checkNotes } from './api-rules.js';
import type { Rejection } from './import-report.js';
import { type FileRecord, LineReader, type ReaderReport, ValueCache } from './line-reader.js';
import type { InteractionField } from './mapping/fields.js';
import type { FileMapping } from './mapping/map-file.js';
import type { FormatOptions } from './mapping/mapping-file.js';
import { DateColumn } from './values/date-column.js';
import { readAddresses, TEXT_BESIDE_ADDRESS } from './values/email-address.js';
import { findDirection, findInteractionType, type MappedType } from './values/interaction-types.js';

/** The values of a line about an interaction, valid by the rules of the API. */
export interface InteractionRow {
  readonly line: number;
  /** The address of the lead as `emailKey` returns it. At least one of `email` and `leadExternalId` is given. */
  readonly email: string | null;
  /** The address in the letters of the file, by which an adopted database may tell leads apart. */
  readonly writtenEmail: string | null;
  readonly leadExternalId: string | null;
  readonly type: InteractionType;
  /** Null: unknown. */
  readonly direction: InteractionDirection | null;
  /** In UTC with milliseconds, such as 2026-03-01T09:30:00.000Z. */
  readonly date: string;
  readonly notes: string | null;
  readonly externalId: string | null;
  /** The source of both external ids; null if there is none. */
  readonly externalSource: string | null;
  /** From 1. Distinguishes equal interactions of a lead. */
  readonly occurrence: number;
}

const ORDER_OPTION = '--date-order dmy or --date-order mdy';
const UNKNOWN_TYPE = `type must be one of ${INTERACTION_TYPES.join(', ')}, or be mapped with --map-type`;
const UNKNOWN_DIRECTION = `direction must be empty or one of ${INTERACTION_DIRECTIONS.join(', ')}`;
/** Anything but a plain address. */
const NEEDS_CLEANING = /[^\w.@+-]|^[^@]*$/;
const OCCURRENCE = /^[1-9]\d{0,8}$/;
const ID_SEPARATOR = /\s*[;,|\n]\s*/;

/** A task is over when its day is, in any time zone. */
const DAY_MS = 86_400_000;

/** Reads the lines of a file of interactions. */
export class InteractionLineReader {
  private readonly reader: LineReader<InteractionField>;

  private readonly dates: ReadonlyMap<number, DateColumn>;

  private readonly types = new ValueCache<MappedType | null>();

  private readonly directions = new ValueCache<{ value: InteractionDirection | null | undefined }>();

  private readonly defaultType: MappedType | null;

  private readonly isOrderGiven: boolean;

  private readonly startedAt = now().getTime();

  /**
   * @param fileName for messages
   * @throws ImportFileError if the time zone is unknown
   */
  constructor(
    fileName: string,
    private readonly mapping: FileMapping<InteractionField>,
    formats: FormatOptions,
  ) {
    const reader = new LineReader(fileName, mapping, formats, ['date', 'time']);
    this.reader = reader;
    this.isOrderGiven = formats.dateOrder !== undefined;
    this.defaultType = mapping.types.get('') ?? null;
    this.dates = new Map(
      (mapping.sources.date ?? []).map((column) => [
        column,
        new DateColumn(formats.dateOrder ?? null, reader.localTimes),
      ]),
    );
  }

  /** Assumes the formats of the first records, so that the file is rarely read twice. */
  assumeFrom(records: readonly FileRecord[]): void {
    for (const record of records) {
      for (const [column, dates] of this.dates) {
        const text = (record.cells[column] ?? '').trim();
        if (text !== '') dates.assumeFrom(text);
      }
    }
  }

  /** Returns the row, or all violations of the line. */
  read(record: FileRecord): InteractionRow | Rejection {
    const { reader } = this;
    const invalid = reader.begin(record);
    if (invalid !== null) return invalid;
    const leadExternalId = this.readLeadExternalId(record);
    const writtenEmail = this.readEmail(record, leadExternalId !== null);
    const type = this.readType(record);
    const direction = this.readDirection(record) ?? type?.direction ?? null;
    const date = this.readDate(record);
    reader.exclude(record, date !== null && Date.parse(date) < this.startedAt - DAY_MS);
    const notes = this.readNotes(record);
    const externalId = this.readExternalId(record);
    const externalSource =
      externalId === null && leadExternalId === null ? null : this.readExternalSource(record);
    const occurrence = this.readOccurrence(record);
    const rejection = reader.rejection(record);
    if (rejection !== null) return rejection;
    // Without a rejection, both are present; the compiler does not know it.
    if (type === null || date === null) throw new Error(`Line ${record.line} has no type or date.`);
    return {
      line: record.line,
      email: writtenEmail === null ? null : emailKey(writtenEmail),
      writtenEmail,
      leadExternalId,
      type: type.type,
      direction,
      date,
      notes,
      externalId,
      externalSource,
      occurrence,
    };
  }

  /**
   * Call it after the last line. After 'again', the file has to be read from the start: the assumed order of dates
   * was wrong.
   * @throws ImportFileError if the file does not decide between day/month/year and month/day/year
   */
  settle(): 'settled' | 'again' {
    return this.reader.settle(this.dates, {
      format: 'dateOrder',
      option: ORDER_OPTION,
      isGiven: this.isOrderGiven,
    });
  }

  /** The report on the lines since the last start. Formats are known after `settle`. */
  report(): ReaderReport {
    return this.reader.report();
  }

  private readLeadExternalId(record: FileRecord): string | null {
    const text = this.reader.find('leadExternalId', record);
    if (text === '') return null;
    // An id of our own export is literal.
    const [first = '', ...others] =
      this.mapping.isOwnExport || !ID_SEPARATOR.test(text)
        ? [text]
        : text.split(ID_SEPARATOR).filter((part) => part !== '');
    if (others.length > 0) this.reader.warn('severalIds', record.line);
    const id = this.reader.cleanId(first);
    return id === null
      ? null
      : this.accept(checkExternalId('leadExternalId', id), this.reader.column, record);
  }

  /** The address only has to be that of a lead, so it is not validated. */
  private readEmail(record: FileRecord, hasLeadId: boolean): string | null {
    const text = this.reader.find('email', record);
    if (text === '') {
      if (!hasLeadId) this.rejectLead();
      return null;
    }
    if (!NEEDS_CLEANING.test(text)) return text;
    const { email, others, texts } = readAddresses(text);
    if (hasLeadId && !email.includes('@')) {
      this.reader.warn('noAddress', record.line);
      return null;
    }
    // The lead is known: attendees without an address are no problem.
    if (texts.length > 0 && !hasLeadId) this.reader.reject(this.reader.column, TEXT_BESIDE_ADDRESS, text);
    if (others.length > 0) this.reader.warn('severalAddresses', record.line);
    return email;
  }

  private rejectLead(): void {
    const column = this.reader.namedColumn('email');
    if (column !== null) this.reader.reject(column, 'email must not be empty', null);
    else
      this.reader.reject(this.reader.namedColumn('leadExternalId'), 'leadExternalId must not be empty', null);
  }

  /** The first column with a known type counts: "Type" may be "Other" where "Subtype" is "Call". */
  private readType(record: FileRecord): MappedType | null {
    let unknown: { column: number; text: string } | null = null;
    for (const column of this.mapping.sources.type ?? []) {
      const text = this.reader.clean(record, column);
      if (text === '') continue;
      const type = this.types.get(text, () => findInteractionType(text, this.mapping.types));
      if (type !== null) return type;
      unknown ??= { column, text };
    }
    if (unknown !== null) this.reader.rejectUnknown(unknown.column, UNKNOWN_TYPE, unknown.text);
    else if (this.defaultType !== null) return this.defaultType;
    else this.reader.reject(this.reader.namedColumn('type'), 'type must not be empty', null);
    return null;
  }

  private readDirection(record: FileRecord): InteractionDirection | null {
    const text = this.reader.find('direction', record);
    if (text === '') return null;
    const { value } = this.directions.get(text, () => ({ value: findDirection(text) }));
    if (value === undefined) this.reader.rejectUnknown(this.reader.column, UNKNOWN_DIRECTION, text);
    return value ?? null;
  }

  private readDate(record: FileRecord): string | null {
    const text = this.reader.find('date', record);
    const { column } = this.reader;
    const dates = text === '' ? undefined : this.dates.get(column);
    if (dates === undefined) {
      this.reader.reject(this.reader.namedColumn('date'), 'date must not be empty', null);
      return null;
    }
    const time = this.reader.find('time', record);
    const result = dates.read(text, time, record.line);
    if ('iso' in result) {
      if (result.problem !== null) {
        this.reader.warn(result.problem === 'skipped' ? 'skippedTime' : 'repeatedTime', record.line);
      }
      return result.iso;
    }
    this.reader.reject(column, `date ${result.violation}`, time === '' ? text : `${text} ${time}`);
    return null;
  }

  private readNotes(record: FileRecord): string | null {
    const text = this.reader.join('notes', '\n', record);
    return text === '' ? null : this.accept(checkNotes(text), this.reader.column, record);
  }

  private readExternalId(record: FileRecord): string | null {
    const text = this.reader.find('externalId', record);
    const id = text === '' ? null : this.reader.cleanId(text);
    return id === null ? null : this.accept(checkExternalId('externalId', id), this.reader.column, record);
  }

  private readExternalSource(record: FileRecord): string | null {
    const text = this.reader.find('externalSource', record);
    if (text === '') return this.mapping.externalSource;
    return this.accept(checkExternalId('externalSource', text), this.reader.column, record);
  }

  private readOccurrence(record: FileRecord): number {
    const text = this.reader.find('occurrence', record);
    if (text === '') return 1;
    if (!OCCURRENCE.test(text)) {
      this.reader.reject(this.reader.column, 'occurrence must be a whole number from 1', text);
    }
    return Number(text);
  }

  private accept(checked: CheckedText, column: number, record: FileRecord): string | null {
    if (typeof checked === 'string' || checked === null) return checked;
    for (const message of checked.violations)
      this.reader.reject(column, message, record.cells[column] ?? null);
    return null;
  }
}
