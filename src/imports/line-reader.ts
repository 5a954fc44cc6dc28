import { restore } from '../common/csv-formula.js';
import { isBlank, normaliseText } from '../common/visible-text.js';
import { ImportFileError } from './import-file-error.js';
import type { Rejection, Violation } from './import-report.js';
import type { FileMapping } from './mapping/map-file.js';
import type { FormatOptions } from './mapping/mapping-file.js';
import { REASONS_COLUMN, WHOLE_LINE } from './reasons-column.js';
import { type FormatDecision, MAX_EXAMPLES } from './values/format-choice.js';
import { isTimeZone, LocalTimes } from './values/local-time.js';
import { isPlaceholder, isPlaceholderForNumber } from './values/placeholder.js';
import { ROUNDED_NUMBER } from './values/rounded-number.js';
import { longSalesforceId } from './values/salesforce-id.js';
import { textOfFormula } from './values/spreadsheet-text.js';
import { foldedKey } from './values/text-folding.js';

/** A record of a file. Lines count from 1. */
export interface FileRecord {
  readonly line: number;
  readonly endLine: number;
  readonly cells: readonly string[];
}

/** The text in the form in which it is stored, or the messages of the rules that it violates. */
export type CheckedText = string | null | { readonly violations: readonly string[] };

/** The format of a column as it was read. */
export interface ColumnFormat {
  readonly column: string;
  readonly format: 'dateOrder' | 'decimal';
  /** `dmy`, `mdy`, `comma` or `point`; null if all values have one reading. */
  readonly value: string | null;
  /** Whether an option decided. */
  readonly isGiven: boolean;
}

/** Columns whose format is decided from the file, and the option that decides it. */
export interface FormatColumns {
  readonly columns: ReadonlyMap<number, { settle(): FormatDecision<string>; restart(): void }>;
  readonly format: ColumnFormat['format'];
  readonly option: string;
  /** Whether the option is given. */
  readonly isGiven: boolean;
}

export interface UnknownValues {
  readonly column: string;
  /** The number of lines by value, at most 100 values. */
  readonly counts: ReadonlyMap<string, number>;
  /** The number of lines with further values. */
  readonly otherCount: number;
}

export type WarningCode =
  | 'severalAddresses'
  | 'severalIds'
  | 'noAddress'
  | 'formulaUndone'
  | 'placeholder'
  | 'severalPhones'
  | 'roundedPhone'
  | 'nameSplit'
  | 'nameFromAddress'
  | 'skippedTime'
  | 'repeatedTime';

/** Something that the importer changed in lines that it accepted. */
export interface ImportWarning {
  readonly code: WarningCode;
  readonly message: string;
  readonly count: number;
  /** The first lines, without repetition. */
  readonly lines: readonly number[];
}

export interface ReaderReport {
  readonly formats: readonly ColumnFormat[];
  readonly unknownValues: readonly UnknownValues[];
  readonly warnings: readonly ImportWarning[];
}

const WARNINGS: Readonly<Record<WarningCode, string>> = {
  severalAddresses: 'cells have several e-mail addresses; the first one is used',
  severalIds: 'cells have several ids of leads; the first one is used',
  noAddress: 'cells have no e-mail address; the external id of the lead is used',
  formulaUndone: 'cells have text in a formula, such as ="030"; the text is used',
  placeholder: 'cells with a placeholder such as N/A count as empty',
  severalPhones: 'cells have several phone numbers; the first one is used',
  roundedPhone:
    'phone numbers were rounded by a spreadsheet, such as 4.9E+11, and are left out; export the file again',
  nameSplit: 'full names are split into given and family name',
  nameFromAddress: 'names are taken from the e-mail column, as in Ann <ann@example.com>',
  skippedTime: 'local times do not exist because of a clock change; they are moved forward',
  repeatedTime: 'local times occur twice because of a clock change; the first one is used',
};

const UNMENDED = 'the first cell still has the text of a whole line; put its values into the columns';

const MAX_VALUE_LENGTH = 100;
const MAX_UNKNOWN_VALUES = 100;

/** Printable ASCII that needs no cleaning, apart from placeholders. */
const CLEAN = /^[A-Za-z0-9](?:[ -~]*[!-~])?$/;

/** Printable ASCII without surrounding spaces. Every rule for a line of text accepts it up to its length. */
const PLAIN_TEXT = /^[!-~](?:[ -~]*[!-~])?$/;

const MAX_CACHED_VALUES = 1000;

/** Whether the text satisfies every rule for a line of text, without checking Unicode. */
export const isPlainText = (text: string, maxLength: number): boolean =>
  text.length <= maxLength && PLAIN_TEXT.test(text);

/** Remembers results by text, because few different values occur many times. */
export class ValueCache<Value> {
  private readonly values = new Map<string, Value>();

  get(text: string, compute: () => Value): Value {
    const known = this.values.get(text);
    if (known !== undefined || this.values.has(text)) return known as Value;
    const value = compute();
    if (this.values.size < MAX_CACHED_VALUES && text.length <= MAX_VALUE_LENGTH) this.values.set(text, value);
    return value;
  }
}

/** What readers of both kinds of lines have in common: cleaning of cells, violations, and the report. */
export class LineReader<Field extends string> {
  readonly localTimes: LocalTimes;

  /** The index of the column that `find` has found last. */
  column = -1;

  private formats: readonly ColumnFormat[] = [];

  private violations: Violation[] = [];

  private warnings = new Map<WarningCode, { count: number; lines: number[] }>();

  private unknown = new Map<number, { counts: Map<string, number>; otherCount: number }>();

  /** Columns whose cells are dates or amounts. */
  private readonly numbers: ReadonlySet<number>;

  private readonly isSalesforce: boolean;

  /** The index of the column with the reasons of an earlier import; -1: none. */
  private readonly reasonsColumn: number;

  constructor(
    private readonly fileName: string,
    readonly mapping: FileMapping<Field>,
    formats: FormatOptions,
    numberFields: readonly Field[],
  ) {
    const zone = formats.timeZone ?? 'UTC';
    if (!isTimeZone(zone)) {
      throw new ImportFileError(
        { file: fileName },
        `there is no time zone ${JSON.stringify(zone)}`,
        'Use an IANA name such as Europe/Berlin.',
      );
    }
    this.localTimes = new LocalTimes(zone);
    this.numbers = new Set(numberFields.flatMap((field) => mapping.sources[field] ?? []));
    this.isSalesforce = mapping.preset === 'salesforce';
    this.reasonsColumn = mapping.header.indexOf(REASONS_COLUMN);
  }

  /** Starts a line. Returns the rejected line if the number of cells is wrong. */
  begin(record: FileRecord): Rejection | null {
    this.violations = [];
    const { line, endLine, cells } = record;
    if (this.isUnmended(cells))
      return { line, violations: [{ column: null, message: UNMENDED, value: null }] };
    const expected = this.mapping.header.length;
    if (cells.length === expected || (cells.length > expected && cells.slice(expected).every(isBlank)))
      return null;
    const where = endLine > line ? ` (its quoted text ends on line ${endLine})` : '';
    const message = `the line has ${cells.length} cells, but the header has ${expected} columns${where}`;
    return { line, violations: [{ column: null, message, value: null }] };
  }

  /**
   * Rejects a line that is to be left out because of the value of a column.
   * @param isPast whether the date of the line is in the past
   */
  exclude({ cells }: FileRecord, isPast: boolean): void {
    const found = this.mapping.exclusions.find(
      ({ column, values, isPastOnly, areKept }) =>
        (isPast || !isPastOnly) && values.has(foldedKey(cells[column] ?? '')) !== areKept,
    );
    if (found !== undefined) this.reject(found.column, found.reason, cells[found.column] ?? '');
  }

  /** Whether the line is about the creation of its lead. */
  isCreation({ cells }: FileRecord): boolean {
    const { creations } = this.mapping;
    return creations.some(({ column, values }) => values.has(foldedKey(cells[column] ?? '')));
  }

  /** The rejected line, if there are violations since `begin`. */
  rejection({ line }: FileRecord): Rejection | null {
    return this.violations.length === 0 ? null : { line, violations: this.violations };
  }

  reject(column: number | null, message: string, value: string | null): void {
    this.violations.push({
      column: column === null ? null : this.nameOf(column),
      message,
      value: value === null ? null : shortened(value),
    });
  }

  /** Returns a checked text; null if it violates a rule, which rejects the line. */
  accept(checked: CheckedText, column: number, { cells }: FileRecord): string | null {
    if (typeof checked === 'string' || checked === null) return checked;
    for (const message of checked.violations) this.reject(column, message, cells[column] ?? null);
    return null;
  }

  /** Rejects a value and counts it for the report. */
  rejectUnknown(column: number, message: string, value: string): void {
    this.reject(column, message, value);
    const printed = shortened(value);
    let values = this.unknown.get(column);
    if (values === undefined) this.unknown.set(column, (values = { counts: new Map(), otherCount: 0 }));
    const count = values.counts.get(printed);
    if (count !== undefined || values.counts.size < MAX_UNKNOWN_VALUES)
      values.counts.set(printed, (count ?? 0) + 1);
    else values.otherCount += 1;
  }

  warn(code: WarningCode, line: number): void {
    let warning = this.warnings.get(code);
    if (warning === undefined) this.warnings.set(code, (warning = { count: 0, lines: [] }));
    warning.count += 1;
    if (warning.lines.length < MAX_EXAMPLES && warning.lines.at(-1) !== line) warning.lines.push(line);
  }

  /**
   * Returns the cleaned text of the first column of a field that is not empty, and sets `column`. Returns an empty
   * text if all columns are empty.
   */
  find(field: Field, record: FileRecord): string {
    const columns = this.mapping.sources[field];
    if (columns === undefined) return '';
    for (const column of columns) {
      const text = this.clean(record, column);
      if (text === '') continue;
      this.column = column;
      return text;
    }
    return '';
  }

  /** Joins the different texts of all columns of a field, and sets `column` to the first column. */
  join(field: Field, separator: string, record: FileRecord): string {
    const columns = this.mapping.sources[field];
    if (columns === undefined) return '';
    this.column = columns[0] ?? -1;
    if (columns.length === 1) return this.clean(record, this.column);
    const texts = new Set(columns.map((column) => this.clean(record, column)));
    texts.delete('');
    return [...texts].join(separator);
  }

  /** The column to name in a violation of a field that is empty. */
  namedColumn(field: Field): number | null {
    return this.mapping.sources[field]?.[0] ?? null;
  }

  /** The trimmed text of a cell; empty if it is blank or a placeholder. */
  clean(record: FileRecord, column: number): string {
    const cell = record.cells[column] ?? '';
    if (cell === '') return '';
    if (this.mapping.isOwnExport) return blankToEmpty(restore(cell));
    if (CLEAN.test(cell)) return this.withoutPlaceholder(cell, record, column);
    const restored = restore(cell);
    if (restored !== cell) return blankToEmpty(restored);
    const formula = textOfFormula(cell.trim());
    if (formula !== null) this.warn('formulaUndone', record.line);
    return this.withoutPlaceholder(blankToEmpty(formula ?? cell), record, column);
  }

  /** Cleans an id that `find` has found; null if it is not one. Ids of Salesforce get 18 characters. */
  cleanId(id: string): string | null {
    if (ROUNDED_NUMBER.test(id)) {
      this.reject(
        this.column,
        'the id was rounded by a spreadsheet; export the file again, and do not open it there',
        id,
      );
      return null;
    }
    return this.isSalesforce ? longSalesforceId(id) : id;
  }

  nameOf(column: number): string {
    const name = this.mapping.header[column] ?? '';
    return name === '' ? `column ${column + 1}` : name;
  }

  /**
   * Decides the formats of columns after the last line. After 'again', the file has to be read from the start, because an assumed
   * format was wrong.
   * @param groups the columns whose format is decided from the file
   * @throws ImportFileError if the file does not decide
   */
  settle(groups: readonly FormatColumns[]): 'settled' | 'again' {
    const decisions = groups.flatMap(({ columns, ...rest }) =>
      [...columns].map(([column, reader]) => ({ column, decision: reader.settle(), ...rest })),
    );
    const isAgain = decisions.some(({ decision }) => decision.kind === 'again');
    if (isAgain) {
      this.warnings = new Map();
      this.unknown = new Map();
      for (const { columns } of groups) for (const reader of columns.values()) reader.restart();
      return 'again';
    }
    for (const { option } of groups) {
      this.rejectUndecided(
        option,
        decisions.filter((one) => one.option === option),
      );
    }
    this.formats = decisions.flatMap(({ column, decision, format, isGiven }) =>
      decision.kind === 'settled'
        ? [{ column: this.nameOf(column), format, value: decision.value, isGiven }]
        : [],
    );
    return 'settled';
  }

  /** The report on the lines since the last start. Formats are known after `settle`. */
  report(): ReaderReport {
    return {
      formats: this.formats,
      unknownValues: [...this.unknown].map(([column, { counts, otherCount }]) => ({
        column: this.nameOf(column),
        counts,
        otherCount,
      })),
      warnings: [...this.warnings].map(([code, { count, lines }]) => ({
        code,
        message: WARNINGS[code],
        count,
        lines,
      })),
    };
  }

  private rejectUndecided(
    option: string,
    decisions: readonly { readonly column: number; readonly decision: FormatDecision<string> }[],
  ): void {
    const [first, ...others] = decisions.flatMap(({ column, decision }) =>
      decision.kind === 'undecided' ? [{ column: this.nameOf(column), ...decision }] : [],
    );
    if (first === undefined) return;
    const { line, column, message } = first;
    const more = others.map((one) => `column ${JSON.stringify(one.column)}: ${one.message}`);
    const location = { file: this.fileName, line, column };
    throw new ImportFileError(location, [message, ...more].join('. '), `Decide with ${option}.`);
  }

  /** Whether a file with rejected lines still has the text of a whole line in its first cell. */
  private isUnmended(cells: readonly string[]): boolean {
    const { reasonsColumn } = this;
    return (
      reasonsColumn > 1 &&
      (cells[reasonsColumn] ?? '').startsWith(WHOLE_LINE) &&
      cells.every((cell, column) => column === 0 || column === reasonsColumn || cell === '')
    );
  }

  private withoutPlaceholder(text: string, record: FileRecord, column: number): string {
    const isEmpty = this.numbers.has(column) ? isPlaceholderForNumber(text) : isPlaceholder(text);
    if (!isEmpty) return text;
    this.warn('placeholder', record.line);
    return '';
  }
}

/** The form in which a text is stored, or an empty text if it has no visible characters. */
function blankToEmpty(text: string): string {
  return isBlank(text) ? '' : normaliseText(text);
}

const shortened = (value: string): string =>
  value.length > MAX_VALUE_LENGTH ? `${value.slice(0, MAX_VALUE_LENGTH - 1)}…` : value;
