import {
  type InteractionDirection,
  INTERACTION_DIRECTIONS,
  type InteractionType,
  INTERACTION_TYPES,
} from '../interactions/interaction-type.js';
import { now } from '../common/clock.js';
import { checkExternalId, checkNotes } from './api-rules.js';
import { DateCells } from './date-cells.js';
import type { FileOptions } from './import-options.js';
import type { Rejection } from './import-report.js';
import { LeadNameCells } from './lead-name-cells.js';
import { type FileRecord, LineReader, type ReaderReport, ValueCache } from './line-reader.js';
import type { InteractionField } from './mapping/fields.js';
import type { FileMapping } from './mapping/map-file.js';
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
  /** The time at which the interaction was recorded; null: the time of the import. */
  readonly recordedAt: string | null;
}

const UNKNOWN_TYPE = `type must be one of ${INTERACTION_TYPES.join(', ')}, or be mapped with --map-type`;
const UNKNOWN_DIRECTION = `direction must be empty or one of ${INTERACTION_DIRECTIONS.join(', ')}`;
const OCCURRENCE = /^[1-9]\d{0,8}$/;

/** A task is over when its day is, in any time zone. */
const DAY_MS = 86_400_000;

/** Reads the lines of a file of interactions. */
export class InteractionLineReader {
  private readonly reader: LineReader<InteractionField>;

  private readonly dates: DateCells;

  private readonly leadNames: LeadNameCells<'leadExternalId'>;

  private readonly types = new ValueCache<MappedType | null>();

  private readonly directions = new ValueCache<{ value: InteractionDirection | null | undefined }>();

  private readonly defaultType: MappedType | null;

  private readonly startedAt = now().getTime();

  /**
   * @param fileName for messages
   * @throws ImportFileError if the time zone is unknown
   */
  constructor(
    fileName: string,
    private readonly mapping: FileMapping<InteractionField>,
    private readonly options: FileOptions,
  ) {
    const reader = new LineReader<InteractionField>(fileName, mapping, options, [
      'date',
      'time',
      'recordedAt',
    ]);
    this.reader = reader;
    this.defaultType = mapping.types.get('') ?? null;
    this.dates = new DateCells(reader, options, ['date', 'recordedAt']);
    this.leadNames = new LeadNameCells(reader, 'leadExternalId');
  }

  /** Assumes the formats of the first records, so that the file is rarely read twice. */
  assumeFrom(records: readonly FileRecord[]): void {
    this.dates.assumeFrom(records);
  }

  /** Returns the row, or all violations of the line. */
  read(record: FileRecord): InteractionRow | Rejection {
    const { reader } = this;
    const invalid = reader.begin(record);
    if (invalid !== null) return invalid;
    const { email, writtenEmail, externalId: leadExternalId } = this.leadNames.read(record);
    const type = this.readType(record);
    const direction = this.readDirection(record) ?? type?.direction ?? null;
    const date = this.dates.readRequired(record);
    reader.exclude(record, date !== null && Date.parse(date) < this.startedAt - DAY_MS);
    const notes = this.readNotes(record);
    const externalId = this.readExternalId(record);
    const externalSource =
      externalId === null && leadExternalId === null ? null : this.readExternalSource(record);
    const occurrence = this.readOccurrence(record);
    const recordedAt = this.dates.readRecorded(record);
    const rejection = reader.rejection(record);
    if (rejection !== null) return rejection;
    // Without a rejection, both are present; the compiler does not know it.
    if (type === null || date === null) throw new Error(`Line ${record.line} has no type or date.`);
    return {
      line: record.line,
      email,
      writtenEmail,
      leadExternalId,
      type: type.type,
      direction,
      date,
      notes,
      externalId,
      externalSource,
      occurrence,
      recordedAt: recordedAt ?? this.defaultRecordedAt(date),
    };
  }

  /**
   * Call it after the last line. After 'again', the file has to be read from the start: the assumed order of dates
   * was wrong.
   * @throws ImportFileError if the file does not decide between day/month/year and month/day/year
   */
  settle(): 'settled' | 'again' {
    return this.reader.settle([this.dates.format]);
  }

  /** The report on the lines since the last start. Formats are known after `settle`. */
  report(): ReaderReport {
    return this.reader.report();
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

  /** A planned interaction was recorded by now. */
  private defaultRecordedAt(date: string): string | null {
    if (this.options.isRecordedAsDated !== true) return null;
    return Date.parse(date) > this.startedAt ? null : date;
  }

  private readNotes(record: FileRecord): string | null {
    const text = this.reader.join('notes', '\n', record);
    return text === '' ? null : this.reader.accept(checkNotes(text), this.reader.column, record);
  }

  private readExternalId(record: FileRecord): string | null {
    const text = this.reader.find('externalId', record);
    const id = text === '' ? null : this.reader.cleanId(text);
    return id === null
      ? null
      : this.reader.accept(checkExternalId('externalId', id), this.reader.column, record);
  }

  private readExternalSource(record: FileRecord): string | null {
    const text = this.reader.find('externalSource', record);
    if (text === '') return this.mapping.externalSource;
    return this.reader.accept(checkExternalId('externalSource', text), this.reader.column, record);
  }

  private readOccurrence(record: FileRecord): number {
    const text = this.reader.find('occurrence', record);
    if (text === '') return 1;
    if (!OCCURRENCE.test(text)) {
      this.reader.reject(this.reader.column, 'occurrence must be a whole number from 1', text);
    }
    return Number(text);
  }
}
